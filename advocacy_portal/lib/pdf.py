"""HTML in, tagged PDF (PDF/UA-1) out, made by WeasyPrint in a workshop process of its own.

The caller never imports WeasyPrint: its 80 MB live in the workshop, one per calling process, started at the
first job. The workshop imports WeasyPrint once and forks for each job, so that a job costs a fork instead
of a start, its limits count for itself alone, and what a hostile document breaks ends with it.

A job can reach nothing but the files it was given:

1. the fetcher knows only names of the job's own files (``job:///name``) and ends the job at any other address;
2. an audit hook refuses sockets, programs and files outside Python's own folders;
3. the workshop stands in a network namespace without a network, where the kernel lets it;
4. CPU time, memory, file size and time on the clock are limited.
"""

import atexit
import contextlib
import json
import os
import resource
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

SCHEME = "job"
JOBS_PER_WORKSHOP = 200
FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "ftplib")
FINNISH_HYPHENATION = Path(__file__).with_name("hyph_fi.dic")


class PressFault(Exception):
    """No PDF came. ``kind``: refused (address not the job's own), limits, input (will fail again) or crash."""

    def __init__(self, kind, reason=""):
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What one job may use."""

    cpu_seconds: int = 20
    memory_mb: int = 512
    wall_seconds: int = 60


@dataclass(frozen=True)
class Pressed:
    """A finished PDF and what it cost."""

    pdf: bytes
    pages: int
    seconds: float
    cpu_seconds: float
    peak_kb: int


# --- The caller's side ---------------------------------------------------------------------------


class Workshop:
    """The workshop process of this process, started when needed and renewed after many jobs."""

    def __init__(self, fonts=None):
        self.fonts = fonts
        self.lock = threading.Lock()
        self.process = None
        self.owner = None
        self.jobs = 0
        self.network = None

    def press(self, html, *, files=None, limits=None, wish=None):
        """Make a PDF of ``html`` (text) with ``files`` ({name: (mimetype, bytes)}). Raises PressFault."""
        limits = limits or Limits()
        files = files or {}
        head = {
            "files": [[name, mimetype, len(body)] for name, (mimetype, body) in files.items()],
            "limits": asdict(limits),
            "wish": wish or {},
        }
        with self.lock:
            if self.jobs >= JOBS_PER_WORKSHOP or self.owner != os.getpid():
                self.close()
            if self.process is None or self.process.poll() is not None:
                self.start()
            self.jobs += 1
            answer, pdf = self._talk(head, html.encode(), [body for _, body in files.values()], limits)
        if "fault" in answer:
            raise PressFault(answer["fault"], answer.get("reason", ""))
        return Pressed(pdf=pdf, **answer)

    def _talk(self, head, html, bodies, limits):
        try:
            _send(self.process.stdin, head, html, *bodies)
            # The workshop keeps the clock; this one is for a workshop that itself stands still.
            return _receive(self.process.stdout, time.monotonic() + limits.wall_seconds + 10)
        except (OSError, EOFError, TimeoutError, ValueError) as fault:
            self.close()
            raise PressFault("crash", f"the workshop broke: {type(fault).__name__}") from fault

    def start(self):
        # None of the caller's environment (secrets among it) is needed there.
        environment = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
        # Isolated (-I), and the file rather than the module: the package would bring Celery along.
        self.process = subprocess.Popen(  # noqa: S603 (our own file)
            [sys.executable, "-I", __file__, str(self.fonts or "")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).resolve().parents[2],
            env=environment | {"LANG": "C.UTF-8"},
            start_new_session=True,
        )
        self.owner, self.jobs = os.getpid(), 0
        try:
            hello, _ = _receive(self.process.stdout, time.monotonic() + 30)
        except (OSError, EOFError, TimeoutError) as fault:
            self.close()
            raise PressFault("crash", "the workshop did not start") from fault
        self.network = hello["network"]

    def close(self):
        """End the workshop; the next job starts another."""
        process, self.process, self.jobs = self.process, None, 0
        # After a fork this object also stands in the other process, whose workshop it is not.
        if process is None or self.owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait()


_workshops = {}
_workshops_lock = threading.Lock()


def workshop(fonts=None):
    """This process's workshop that knows the fonts (woff2) of one folder."""
    key = (os.getpid(), str(fonts or ""))
    with _workshops_lock:
        if key not in _workshops:
            _workshops[key] = Workshop(fonts)
        return _workshops[key]


@atexit.register
def _close_workshops():
    for shop in _workshops.values():
        shop.close()


# --- Words between the two: length, JSON head, then the parts it names -------------------------------


def _send(pipe, head, *parts):
    text = json.dumps(head | {"parts": [len(part) for part in parts]}).encode()
    pipe.write(struct.pack(">I", len(text)) + text)
    for part in parts:
        pipe.write(part)
    pipe.flush()


def _read(pipe, size, until=None):
    found = bytearray()
    while len(found) < size:
        if until is not None and not select.select([pipe], [], [], max(0, until - time.monotonic()))[0]:
            raise TimeoutError
        piece = os.read(pipe.fileno(), min(size - len(found), 1 << 20))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def _receive(pipe, until=None):
    """The head and the only part (or the list of parts) of one message."""
    (size,) = struct.unpack(">I", _read(pipe, 4, until))
    head = json.loads(_read(pipe, size, until))
    parts = [_read(pipe, length, until) for length in head.pop("parts")]
    return head, parts[0] if len(parts) == 1 else parts


# --- The workshop's side -----------------------------------------------------------------------------


def leave_the_network():
    """Move this process into a network namespace without a network. False where the kernel refuses."""
    import ctypes

    newuser, newnet = 0x10000000, 0x40000000
    unshare = ctypes.CDLL(None, use_errno=True).unshare
    if unshare(newnet) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if unshare(newuser | newnet) != 0:
        return False
    with contextlib.suppress(OSError):
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    return True


def end_with_parent():
    """Let the kernel end this process when the one that started it ends, for whatever reason."""
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)


def own_fonts_only(fonts, folder):
    """Unpack the woff2 files of ``fonts`` into ``folder`` and let fontconfig know nothing else.

    A sign our fonts lack is then a box, not a stranger's font that got embedded.
    """
    from fontTools.ttLib import woff2

    unpacked = {}
    for packed in sorted(Path(fonts).glob("*.woff2")) if fonts else []:
        plain = Path(folder) / f"{packed.stem}.ttf"
        with packed.open("rb") as source, plain.open("wb") as target:
            woff2.decompress(source, target)
        unpacked[packed.read_bytes()] = plain.read_bytes()
    if unpacked:
        config = Path(folder) / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
            f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>"
        )
        os.environ["FONTCONFIG_FILE"] = str(config)
    return unpacked


def refuse_the_world(folder):
    """From here on this process opens no socket, starts no program and reads only Python's own files."""
    roots = tuple(
        str(Path(root).resolve()) + os.sep
        for root in {sys.prefix, sys.base_prefix, *filter(None, sys.path), folder, Path(__file__).parent}
        if root and Path(root).exists()
    )
    fonts = ("/usr/share/fonts/", "/etc/fonts/")

    def watch(event, arguments):
        if event == "open":
            path = arguments[0]
            if isinstance(path, (str, bytes)):
                path = os.path.realpath(os.fsdecode(path))
                if not path.startswith(roots + fonts) and path not in ("/dev/urandom", "/dev/null"):
                    raise PermissionError(f"not this job's file: {path}")
        elif event.startswith(
            ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork", "ftplib.")
        ):
            raise PermissionError(f"not in a workshop: {event}")

    sys.addaudithook(watch)


def make_fetcher(files, refused):
    """WeasyPrint's door to the world, which leads only to ``files`` by their names."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFilesOnly(URLFetcher):
        def __init__(self):
            # No handlers at all: even a forgotten path inside urllib finds nobody to open anything.
            self._fail_on_errors = True
            self._allowed_protocols = (SCHEME,)

        def fetch(self, url, headers=None):
            prefix = f"{SCHEME}:///"
            name = url.removeprefix(prefix).split("#")[0] if url.startswith(prefix) else None
            if name not in files:
                # WeasyPrint's SVG part swallows even fatal errors, hence the list.
                refused.append(url[:200])
                raise FatalURLFetchingError(f"not this job's file: {url[:200]}")
            mimetype, body = files[name]
            return URLFetcherResponse(url, body, {"Content-Type": mimetype})

        def open(self, url, data=None, timeout=None):
            return self.fetch(getattr(url, "full_url", url))

        def __call__(self, url):
            return self.fetch(url)

    return OwnFilesOnly()


def set_limits(limits):
    mb = 1024 * 1024
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory_mb"] * mb, limits["memory_mb"] * mb))
    resource.setrlimit(resource.RLIMIT_FSIZE, (20 * mb, 20 * mb))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def render(html, files, wish):
    """One PDF by WeasyPrint; ``wish`` may name attributes such as the base of relative addresses."""
    from weasyprint import HTML

    refused = []
    document = HTML(string=html.decode(), base_url=f"{SCHEME}:///", url_fetcher=make_fetcher(files, refused)).render(
        pdf_variant=wish.get("variant", "pdf/ua-1")
    )
    pdf = document.write_pdf(pdf_variant=wish.get("variant", "pdf/ua-1"))
    if refused:
        raise PressFault("refused", refused[0])
    return pdf, len(document.pages)


def do_job(head, html, files, folder, answer):
    """The forked child: limits, render, answer. Never returns."""
    from weasyprint.urls import FatalURLFetchingError

    try:
        set_limits(head["limits"])
        refuse_the_world(folder)
        pdf, pages = render(html, files, head["wish"])
        _send(answer, {"pages": pages}, pdf)
    except MemoryError:
        os._exit(3)
    except (PressFault, FatalURLFetchingError) as fault:
        _send(answer, {"fault": "refused", "reason": str(getattr(fault, "reason", fault))[:300]}, b"")
    except BaseException as fault:
        _send(answer, {"fault": "input", "reason": f"{type(fault).__name__}: {fault}"[:300]}, b"")
    os._exit(0)


def run_job(head, html, files, folder, caller):
    """Fork for a job and wait for it, but not longer than its clock or its caller. The answer's head and PDF."""
    begun = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with contextlib.suppress(OSError):
            os.close(caller.fileno())
        signal.signal(signal.SIGXCPU, signal.SIG_DFL)
        end_with_parent()
        do_job(head, html, files, folder, os.fdopen(writing, "wb"))
    os.close(writing)
    until, found, late = begun + head["limits"]["wall_seconds"], bytearray(), False
    watch = select.poll()
    watch.register(reading, select.POLLIN)
    watch.register(caller.fileno(), 0)  # only its end: POLLHUP comes unasked
    while True:
        events = dict(watch.poll(max(0, until - time.monotonic()) * 1000))
        if caller.fileno() in events or not events:
            late = True
            os.kill(child, signal.SIGKILL)
            break
        piece = os.read(reading, 1 << 20)
        if not piece:
            break
        found += piece
    os.close(reading)
    _, status, usage = os.wait4(child, 0)
    cost = {
        "seconds": round(time.monotonic() - begun, 3),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3),
        "peak_kb": usage.ru_maxrss,
    }
    if late:
        return {"fault": "limits", "reason": "clock"}, b""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # Pango ends the process when it gets no memory (SIGTRAP, SIGABRT, SIGSEGV).
        near = usage.ru_maxrss > head["limits"]["memory_mb"] * 1024 // 2
        kind = "limits" if number == signal.SIGXCPU or (near and number != signal.SIGKILL) else "crash"
        return {"fault": kind, "reason": signal.Signals(number).name}, b""
    if os.WEXITSTATUS(status) == 3:
        return {"fault": "limits", "reason": "memory"}, b""
    try:
        size = struct.unpack(">I", found[:4])[0]
        answer = json.loads(found[4 : 4 + size])
        (length,) = answer.pop("parts")
        pdf = bytes(found[4 + size :])
        if len(pdf) != length:
            raise ValueError
    except (struct.error, ValueError):
        return {"fault": "crash", "reason": f"exit {os.WEXITSTATUS(status)}"}, b""
    return (answer, b"") if "fault" in answer else (answer | cost, pdf)


def prepare(fonts, folder):
    """Everything that is done once, before the first job."""
    import urllib.parse

    unpacked = own_fonts_only(fonts, folder)
    tempfile.tempdir = folder
    # Relative addresses in stylesheets resolve under the job's own scheme too.
    urllib.parse.uses_relative.append(SCHEME)
    urllib.parse.uses_netloc.append(SCHEME)
    import logging

    import pyphen
    import weasyprint.pdf
    import weasyprint.svg  # noqa: F401
    from PIL import Image

    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    Image.MAX_IMAGE_PIXELS = 40_000_000
    if FINNISH_HYPHENATION.exists():
        # pyphen knows no Finnish; WeasyPrint asks it by language.
        pyphen.LANGUAGES.setdefault("fi", FINNISH_HYPHENATION)
        pyphen.LANGUAGES_LOWERCASE.setdefault("fi", "fi")
    for language in ("fi", "sv", "en"):
        pyphen.Pyphen(lang=pyphen.language_fallback(language))
    return unpacked


def main(fonts):
    caller, answer = sys.stdin.buffer.raw, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not look like an answer
    network = "none" if leave_the_network() else "open"
    with tempfile.TemporaryDirectory(prefix="pdf-") as folder:
        unpacked = prepare(fonts, folder)
        _send(answer, {"network": network}, b"")
        while True:
            try:
                head, parts = _receive(caller)
            except EOFError:
                return
            html, *bodies = parts if isinstance(parts, list) else [parts]
            files = {
                name: (mimetype, unpacked.get(body, body))
                for (name, mimetype, _), body in zip(head["files"], bodies, strict=True)
            }
            job_folder = tempfile.mkdtemp(dir=folder)
            tempfile.tempdir = job_folder
            reply, pdf = run_job(head, html, files, folder, caller)
            tempfile.tempdir = folder
            # A killed job leaves its unpacked fonts behind.
            shutil.rmtree(job_folder, ignore_errors=True)
            _send(answer, reply, pdf)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
