"""``python -m bench [--quick] [--keep]``: measures the portal beside its floor and prints a table.

Two databases are made (500 and 50,000 events), gunicorn serves the portal in its production settings, wrk asks.
Everything listens on 127.0.0.1, is bounded in time and ends with this command.
"""

import argparse
import json
import shutil
import sys
import time
from contextlib import ExitStack

from bench import load, registering, report
from bench.report import Figure
from bench.servers import Ground, children, free_port, resident_mb

SMALL, BIG = "portal_bench_small", "portal_bench_big"
SIZES = {
    SMALL: {"associations": 500, "people": 2_000, "events": 500, "registrations": 5_000},
    BIG: {"associations": 50_000, "people": 200_000, "events": 50_000, "registrations": 250_000},
}
# For a quick look as many events, but fewer around them.
QUICK = {"associations": 5_000, "people": 20_000, "events": 50_000, "registrations": 50_000}
OF_ASSOCIATIONS = {
    "coordinator's desk",
    "directory",
    "coordinator's overview",
    "staff's overview",
}
EVERY = ("",)
REDIS_DATABASE = {SMALL: 11, BIG: 12}


def waits(one):
    """How long requests took, in words; errors are shouted."""
    errors = f", {one['errors']} ERRORS" if one["errors"] else ""
    return f"p50 {one['p50']:.1f} ms, p95 {one['p95']:.1f} ms{errors}"


class Run:
    def __init__(self, quick, keep, chosen=EVERY):
        self.quick, self.keep, self.chosen = quick, keep, chosen
        self.ground = Ground()
        self.figures = []
        self.begun = time.monotonic()

    def say(self, words):
        print(f"[{time.monotonic() - self.begun:5.0f} s] {words}", flush=True)

    def environment(self, name, **more):
        return self.ground.environment(name, number=REDIS_DATABASE[name], **more)

    def probe(self, name, *words, **more):
        answer = self.ground.python("-m", "bench.probe", *words, environment=self.environment(name, **more))
        return json.loads(answer.splitlines()[-1])

    # --- the ground ------------------------------------------------------------------------

    def make_databases(self):
        there = self.ground.databases()
        for name, sizes in SIZES.items():
            if self.quick and name == BIG:
                sizes = QUICK
            if name in there and self.keep:
                self.say(f"{name} is kept from the run before")
                continue
            self.ground.drop(name)
            self.ground.create(name)
            environment = self.environment(name)
            self.ground.python("manage.py", "migrate", "--run-syncdb", "-v0", "--skip-checks", environment=environment)
            self.ground.python("manage.py", "createcachetable", environment=environment)
            began = time.monotonic()
            words = [part for key, number in sizes.items() for part in (f"--{key}", str(number))]
            self.ground.python("manage.py", "make_scale_data", "--yes", *words, environment=environment)
            self.say(f"{name}: {sizes['events']:,} events in {time.monotonic() - began:.0f} s")
        self.ground.python("manage.py", "collectstatic", "--noinput", "-v0", environment=self.environment(SMALL))

    # --- pages -----------------------------------------------------------------------------

    def pages(self):
        facts = {name: self.probe(name, "pages") for name in SIZES}
        rounds, seconds = (3, 1) if self.quick else (11, 2)
        with ExitStack() as stack:
            sites = {
                name: stack.enter_context(
                    self.ground.gunicorn(f"web-{name}", "advocacy_portal.wsgi", self.environment(name))
                )
                for name in SIZES
            }
            floor, _ = stack.enter_context(self.ground.gunicorn("floor", "bench.floor", self.environment(BIG)))
            floor_url = (f"{floor}/{facts[BIG]['floor']}/", "")
            for page in [page for page in facts[BIG]["pages"] if page.startswith(self.chosen)]:
                targets = {"floor": floor_url}
                for name, (site, _) in sites.items():
                    one = facts[name]["pages"][page]
                    targets[name] = (site + one["path"], one["cookie"])
                measured = load.alternate(targets, rounds=rounds, seconds=seconds)
                self.page_figures(page, measured, facts)
                self.say(page)
            self.web_rss = max(resident_mb(pid) for _, master in sites.values() for pid in children(master))
            if self.chosen == EVERY or "anew" in self.chosen:
                self.first_views(sites, facts, floor_url, rounds, seconds)
        self.figures.append(Figure("web process, memory", self.web_rss, "MB", at_most=200))

    def page_figures(self, page, measured, facts):
        floor, small, big = measured["floor"], measured[SMALL], measured[BIG]
        signed_in = bool(facts[BIG]["pages"][page]["cookie"])
        share = {"event list": 0.45, "event page": 0.45, "dashboard": 0.20}.get(page)
        # As many associations as events.
        of_what = "associations" if page in OF_ASSOCIATIONS else "events"
        for name, one in ((SMALL, small), (BIG, big)):
            count = SIZES[name][of_what]
            self.figures.append(
                Figure(
                    f"{page}, {count} {of_what}",
                    one["rps"],
                    "requests/s",
                    floor["rps"],
                    at_least=share,
                    note=waits(one),
                    paired=one["ratio"],
                )
            )
        pairs = load.median_ratio(big, small)
        self.figures.append(
            Figure(
                f"{page}, p50 at 50000 {of_what}", big["p50"], "ms", small["p50"], at_most=1.3, paired=pairs["median"],
                note=f"floor: at 500; half of {len(big['rounds'])} pairs {pairs['low']:.2f}–{pairs['high']:.2f}",
            )
        )  # fmt: skip
        asked = {name: facts[name]["pages"][page]["queries"] for name in SIZES}
        self.figures.append(
            Figure(
                f"{page}, SQL queries", asked[BIG], "queries", at_most=12 if signed_in else 6,
                note="same at 500" if asked[SMALL] == asked[BIG] else f"DIFFERS: {asked[SMALL]} at 500",
            )
        )  # fmt: skip

    def first_views(self, sites, facts, floor_url, rounds, seconds):
        """What a page costs that nobody has asked for since something changed: every address is new."""
        for page in ("event list", "event page", "coordinator's overview", "staff's overview"):
            targets = {"floor": floor_url}
            for name, (site, _) in sites.items():
                one = facts[name]["pages"][page]
                targets[name] = (f"{site}{one['path']}#anew", one["cookie"])
            measured = load.alternate(targets, rounds=max(2, rounds // 2), seconds=seconds)
            one, pairs = measured[BIG], load.median_ratio(measured[BIG], measured[SMALL])
            self.figures += [
                Figure(
                    f"{page}, made anew each time", one["rps"], "requests/s", measured["floor"]["rps"],
                    note=waits(one), paired=one["ratio"],
                ),
                Figure(
                    f"{page}, made anew, p50 at 50000", one["p50"], "ms", measured[SMALL]["p50"], at_most=1.3,
                    paired=pairs["median"],
                    note=f"floor: at 500; half of the pairs {pairs['low']:.2f}–{pairs['high']:.2f}",
                ),
            ]  # fmt: skip

    # --- registrations and letters ------------------------------------------------------------

    def registrations(self):
        count, seats = (200, 50) if self.quick else (1_000, 250)
        event = self.probe(BIG, "event_to_fill", str(seats))
        with self.ground.gunicorn("web-registering", "advocacy_portal.wsgi", self.environment(BIG)) as (site, _):
            seen = registering.run(site, event["path"], count)
        for status, page in seen["errors"][:1]:
            (self.ground.folder / "first-error.html").write_text(page)
            self.say(f"a registration was answered {status}; see {self.ground.folder}/first-error.html")
        found = self.probe(BIG, "count_event", str(event["pk"]))
        exact = found == {"confirmed": seats, "waiting": count - seats, "letters": count, "in_order": True}
        self.figures += [
            Figure(
                "registrations into one event", seen["per_second"], "per second",
                note=f"8 clients, p50 {seen['p50']:.0f} ms, p95 {seen['p95']:.0f} ms, {len(seen['errors'])} errors",
            ),
            Figure("registrations exact", float(exact), "1 = yes", at_least=1, note=json.dumps(found)),
        ]  # fmt: skip
        self.say("registrations")

    def letters(self):
        port = free_port()
        words = [sys.executable, "-m", "bench.sink", str(port)]
        environment = self.environment(BIG, EMAIL_URL=f"smtp://127.0.0.1:{port}", PORTAL_PROCESS="worker")
        with self.ground.process("sink", words, environment):
            time.sleep(0.5)
            run = lambda *words: json.loads(  # noqa: E731
                self.ground.python("-m", "bench.letters", *words, environment=environment).splitlines()[-1]
            )
            ours, raw = run("drain"), run("raw", "127.0.0.1", str(port))
        note = f"{ours['letters']} letters of {raw['bytes'] / 1000:.1f} kB, {ours['left']} left"
        self.figures.append(Figure("letters to a sink", ours["per_second"], "per second", raw["per_second"], note=note))
        self.say("letters")

    # --- brochures and the worker ---------------------------------------------------------------

    def brochures(self):
        environment = self.environment(BIG, PORTAL_PROCESS="worker")
        count = 3 if self.quick else 8
        run = lambda way: json.loads(  # noqa: E731
            self.ground.python("-m", "bench.brochures", way, str(count), environment=environment).splitlines()[-1]
        )
        ours, raw = run("press"), run("raw")
        self.figures += [
            Figure("brochure", ours["seconds"], "seconds", raw["seconds"], note="floor: WeasyPrint on the same HTML"),
            Figure("brochure, peak memory", ours["peak_mb"], "MB", raw["peak_mb"]),
        ]
        self.say("brochures")

    def worker(self):
        """A worker that has sent a letter's kind of work and pressed a brochure."""
        environment = self.environment(BIG, PORTAL_PROCESS="worker")
        words = [sys.executable, "-m", "celery", "-A", "advocacy_portal", "worker", "--loglevel", "WARNING"]
        words += ["--concurrency", "2", "-Q", "mail-now,mail-bulk,pdf,default"]
        with self.ground.process("worker", words, environment) as process:
            done = self.probe(BIG, "work_for_worker")
            if process.poll() is not None or done["state"] != "done":
                log = (self.ground.folder / "worker.log").read_text()[-3000:]
                raise RuntimeError(f"The worker pressed no brochure: {done}\n{log}")
            pids = [process.pid, *children(process.pid)]
            most = max(resident_mb(pid) for pid in pids)
        self.figures.append(
            Figure("worker process, memory", most, "MB", at_most=250, note=f"the largest of {len(pids)}")
        )
        self.say("worker")

    # --- a register from a file ---------------------------------------------------------------

    def imports(self):
        rows = 2_000 if self.quick else 20_000
        environment = self.environment(BIG, PORTAL_PROCESS="worker")
        answer = self.ground.python("-m", "bench.imports", str(rows), environment=environment)
        seen = json.loads(answer.splitlines()[-1])
        whole = seen["upload"] + seen["check"] + seen["bring_in"]
        note = ", ".join(f"{name} {seen[name]} s" for name in ("upload", "check", "bring_in", "undo"))
        self.figures += [
            Figure(f"register of {rows} rows brought in", whole, "seconds", at_most=60, note=note),
            Figure("register import exact", float(seen["exact"]), "1 = yes", at_least=1),
            Figure("register import, peak memory", seen["peak_mb"], "MB", at_most=250),
        ]
        self.say("register import")

    def clean_up(self):
        if not self.keep:
            for name in SIZES:
                self.ground.drop(name)
        self.ground.forget_cache()


def main():
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="Fewer and shorter rounds, for a look.")
    parser.add_argument("--keep", action="store_true", help="Keep the two databases, and use those that were kept.")
    parser.add_argument("--only", help="Only these parts, such as pages,letters.")
    parser.add_argument("--pages", help="Of the pages only those whose names begin so, such as dashboard,directory.")
    chosen = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is missing: deploy/system-packages.sh wrk")
    run = Run(chosen.quick, chosen.keep, tuple(chosen.pages.split(",")) if chosen.pages else EVERY)
    try:
        run.make_databases()
        for part in ("pages", "registrations", "letters", "brochures", "worker", "imports"):
            if not chosen.only or part in chosen.only.split(","):
                getattr(run, part)()
    finally:
        run.clean_up()
    seconds = time.monotonic() - run.begun
    report.save(run.figures, quick=chosen.quick, seconds=round(seconds))
    print(report.table(run.figures))
    missed = [figure.name for figure in run.figures if figure.met is False]
    print(
        f"\n{seconds:.0f} s; {report.RESULTS}; " + (f"missed: {', '.join(missed)}" if missed else "every target met.")
    )
    shutil.rmtree(run.ground.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
