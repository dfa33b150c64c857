"""A register brought in from a file: rows per second of the whole way, from upload to done, and of taking it back.

``python -m bench.imports ROWS`` prints one line of JSON. It works in the database of the environment and leaves the
union it made ended; ``bench_import(rows)`` is the same for others to call.
"""

import json
import resource
import sys
import time

import django

from advocacy_portal.lib import sheets


def made_file(rows):
    """A workbook of ``rows`` associations in twenty districts, as a union's register would give it."""
    heading = ["Jäsennumero", "Nimi", "Laji", "Piiri", "Kotikunta", "Sähköposti", "Puhelin", "Verkkosivut", "Kieli"]
    districts = [[f"P{n}", f"Mallipiiri {n} ry", "piiri", "", "", "", "", "", ""] for n in range(20)]
    places = ["837", "Helsinki", "Åbo", "Rovaniemi"]
    associations = [
        [
            f"N{n}", f"Malliyhdistys {n} ry", "yhdistys", f"P{n % 20}", places[n % 4], f"yhdistys{n}@example.org",
            f"040 {n % 1000:03} {n % 10_000:04}", f"https://yhdistys{n}.example.org", "suomi ja ruotsi",
        ]
        for n in range(rows)
    ]  # fmt: skip
    return sheets.xlsx_file(heading, districts + associations)


def bench_import(rows):
    """{"rows", "upload", "check", "bring_in", "again", "undo"}: seconds of each part, and the process's peak memory."""
    from django.utils import timezone

    from accounts.models import User
    from associations.imports.models import RegisterImport
    from associations.imports.working import work
    from associations.models import Organisation, Role

    mark = f"{time.time():.0f}"
    union = Organisation.objects.create(kind="union", name_fi=f"Mittausliitto {mark} ry")
    person = User.objects.create_user(f"mittaus-{mark}@example.org", name="Mitta Mallikas")
    Role.objects.create(person=person, kind="staff", organisation=union, starts_on=timezone.localdate())
    content = made_file(rows)
    seconds = {"rows": rows, "file_kb": len(content) // 1000}

    def timed(name, do):
        began = time.perf_counter()
        made = do()
        seconds[name] = round(time.perf_counter() - began, 2)
        return made

    def upload():
        return RegisterImport.upload(
            union=union, subject="organisations", content=content, file_name="mittaus.xlsx", by=person,
            now=timezone.now(),
        )  # fmt: skip

    def step(one, verb, *args):
        getattr(one, verb)(*args, by=person, now=timezone.now())
        one.refresh_from_db()
        # A worker of the same portal may take it first; it is the same work.
        while one.is_open:
            work(one.pk)
            one.refresh_from_db()

    one = timed("upload", upload)
    timed("check", lambda: step(one, "start_check", one.mapping))
    timed("bring_in", lambda: step(one, "bring_in"))
    there = Organisation.objects.filter(union=union).exclude(pk=union.pk)
    seconds["exact"] = one.state == "done" and there.count() == rows + 20
    again = upload()
    timed("again", lambda: step(again, "start_check", again.mapping))
    seconds["exact"] &= again.findings["same"] == rows + 20
    timed("undo", lambda: step(one, "undo"))
    seconds["exact"] &= one.state == "undone" and not there.exists()
    for old in (one, again):
        old.empty()
    union.ended_on = timezone.localdate()
    union.save(update_fields=["ended_on"])
    seconds["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return seconds


if __name__ == "__main__":
    django.setup()
    print(json.dumps(bench_import(int(sys.argv[1]))))
