"""The workshop makes PDFs of the job's own files and of nothing else (QUALITY.md lines 29 and 30)."""

# ruff: noqa: E501 (hostile documents are long lines)
import base64
import io
import os
import signal
import socketserver
import threading
import time
from pathlib import Path

import pikepdf
import pytest

from advocacy_portal.lib import pdf

SECRET = "SALAISUUS-0451-VIERAS-TAVU"
PLAIN = "<html lang=fi><head><title>Koe</title></head><body><h1>Koe</h1><p>Hyvä teksti.</p></body></html>"


@pytest.fixture(scope="module")
def shop():
    shop = pdf.Workshop("static/fonts/pdf")
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def listener():
    """A web server on this machine that counts who comes and sends everybody on to itself."""
    visits = []

    class Counting(socketserver.StreamRequestHandler):
        def handle(self):
            visits.append(self.rfile.readline())
            place = f"http://127.0.0.1:{self.server.server_address[1]}/again"
            far = len(visits) > 40
            body = f"<svg xmlns='http://www.w3.org/2000/svg'><text>{SECRET}</text></svg>"
            self.wfile.write(
                f"HTTP/1.0 {'200 OK' if far or b'again' in visits[-1] else '302 Found'}\r\nLocation: {place}\r\n"
                f"Content-Type: image/svg+xml\r\n\r\n{body}".encode()
            )

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Counting)
    server.visits = visits
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "secret.txt"
    path.write_text(SECRET)
    return path


def vectors(port, secret):
    """Ways in which a document may ask for what is not its own."""
    web, local = f"http://127.0.0.1:{port}", f"file://{secret}"
    addresses = {
        "file": local, "file-localhost": f"file://localhost{secret}", "file-one-slash": f"file:{secret}",
        "file-upper": f"FILE://{secret}", "file-query": f"{local}?x#y", "file-dots": f"file:///etc/../{secret}",
        "proc": "file:///proc/self/environ", "http": web, "http-redirect": f"{web}/redirect", "upper": f"HTTP://127.0.0.1:{port}/",
        "decimal-ip": f"http://2130706433:{port}/", "hex-ip": f"http://0x7f000001:{port}/", "octal-ip": f"http://0177.0.0.1:{port}/",
        "short-ip": f"http://127.1:{port}/", "zero-ip": f"http://0.0.0.0:{port}/", "mapped-ip": f"http://[::ffff:127.0.0.1]:{port}/",
        "ipv6": f"http://[::1]:{port}/", "name": f"http://localhost:{port}/", "userinfo": f"http://a:b@127.0.0.1:{port}/",
        "rebinding": f"http://127.0.0.1.nip.io:{port}/", "https": f"https://127.0.0.1:{port}/", "ftp": f"ftp://127.0.0.1:{port}/x",
        "gopher": f"gopher://127.0.0.1:{port}/x", "no-scheme": f"//127.0.0.1:{port}/x", "parent": "../../../../etc/hostname",
        "absolute": "/etc/hostname", "encoded-parent": "%2e%2e/%2e%2e/etc/hostname", "backslash": "..\\..\\etc\\hostname",
        "own-scheme-parent": "job:///../etc/hostname", "own-scheme-host": f"job://127.0.0.1:{port}/x", "jar": f"jar:{local}!/",
        "data-html": f"data:text/html,<img src='{web}'>",
        "data-svg": "data:image/svg+xml;base64," + base64.b64encode(
            f"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='{local}'/></svg>".encode()
        ).decode(),
    }  # fmt: skip
    found = {f"img {name}": f"<img alt=x src='{address}'>" for name, address in addresses.items()}
    for name, address in {"file": local, "http": f"{web}/redirect"}.items():
        svg = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>"
        found |= {
            f"attachment {name}": f"<link rel=attachment href='{address}'>",
            f"a attachment {name}": f"<a rel=attachment href='{address}'>x</a>",
            f"stylesheet {name}": f"<link rel=stylesheet href='{address}'>",
            f"import {name}": f"<style>@import '{address}';</style>",
            f"import url {name}": f"<style>@import url({address}) print;</style>",
            f"font-face {name}": f"<style>@font-face{{font-family:x;src:url({address})}} p{{font-family:x}}</style><p>x",
            f"background {name}": f"<p style='background:url({address})'>x",
            f"list image {name}": f"<ul><li style='list-style-image:url({address})'>x</ul>",
            f"content {name}": f"<style>p::before{{content:url({address})}}</style><p>x",
            f"border image {name}": f"<p style='border:1px solid;border-image-source:url({address})'>x",
            f"page background {name}": f"<style>@page{{background:url({address})}}</style>x",
            f"colour profile {name}": f"<style>@color-profile --x{{src:url({address})}}</style>x",
            f"object {name}": f"<object data='{address}'>x</object>",
            f"embed {name}": f"<embed src='{address}'>",
            f"iframe {name}": f"<iframe src='{address}'></iframe>",
            f"input image {name}": f"<input type=image src='{address}'>",
            f"srcset {name}": f"<img alt=x srcset='{address} 2x'>",
            f"base {name}": f"<base href='{address}'><img alt=x src='x.png'>",
            f"svg image {name}": f"{svg}<image width='9' height='9' xlink:href='{address}'/></svg>",
            f"svg use {name}": f"{svg}<use xlink:href='{address}#a'/></svg>",
            f"svg gradient {name}": f"{svg}<rect width='9' height='9' fill='url({address}#g)'/></svg>",
            f"svg style {name}": f"{svg}<style>@import '{address}';</style></svg>",
            f"entity {name}": f"<!DOCTYPE html [<!ENTITY x SYSTEM '{address}'>]><p>&x;",
            f"meta refresh {name}": f"<meta http-equiv=refresh content='0;url={address}'>",
            f"script {name}": f"<script src='{address}'></script>",
        }  # fmt: skip
    return found


def bytes_inside(body):
    """All streams of a PDF unpacked: what a reader could find in it."""
    with pikepdf.open(io.BytesIO(body)) as document:
        streams = [one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream)]
    return body + b"".join(streams)


def test_no_hostile_document_gets_a_foreign_byte_or_opens_a_connection(shop, listener, secret):
    listener.visits.clear()
    hostile = vectors(listener.server_address[1], secret)
    assert len(hostile) >= 80
    leaked = []
    for name, html in hostile.items():
        try:
            made = shop.press(html)
        except pdf.PressFault as fault:
            assert fault.kind == "refused", (name, fault)
        else:
            if SECRET.encode() in bytes_inside(made.pdf):
                leaked.append(name)
    assert leaked == []
    assert listener.visits == []


def test_the_fetcher_alone_keeps_the_world_out_where_there_is_a_network(listener, secret):
    """The same without the network namespace and the audit hook, in this very process."""
    listener.visits.clear()
    leaked = []
    for name, html in vectors(listener.server_address[1], secret).items():
        try:
            body, _pages = pdf.render(html.encode(), {}, {})
        except BaseException as fault:
            assert "not this job's file" in str(fault) or isinstance(fault, pdf.PressFault), (name, fault)
        else:
            if SECRET.encode() in bytes_inside(body):
                leaked.append(name)
    assert leaked == []
    assert listener.visits == []


def test_weasyprints_own_fetcher_does_leak_so_the_two_tests_above_can_fail(listener, secret):
    from weasyprint import HTML

    listener.visits.clear()
    web = f"http://127.0.0.1:{listener.server_address[1]}/redirect"
    html = f"<html lang=fi><title>x</title><link rel=attachment href='file://{secret}'><img alt=x src='{web}'>"
    assert SECRET.encode() in bytes_inside(HTML(string=html).write_pdf())
    assert len(listener.visits) == 2


def test_a_document_may_use_the_files_it_was_given(shop):
    files = {
        "css/a.css": ("text/css", b"@import 'b.css';"),
        "css/b.css": ("text/css", b"p{background:url(../d.svg)}"),
        "d.svg": (
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M1 1h7'/></svg>",
        ),
    }
    assert shop.press(f"<link rel=stylesheet href=css/a.css>{PLAIN}", files=files).pages == 1
    with pytest.raises(pdf.PressFault, match="d.svg"):
        shop.press(
            f"<link rel=stylesheet href=css/a.css>{PLAIN}", files={k: v for k, v in files.items() if k != "d.svg"}
        )


def test_the_workshop_has_no_network_and_none_of_our_secrets(shop):
    shop.press(PLAIN)
    environment = Path(f"/proc/{shop.process.pid}/environ").read_text()
    assert "SECRET" not in environment and "DATABASE" not in environment
    assert shop.network in ("none", "open")
    if shop.network == "none":
        ours, theirs = (os.readlink(f"/proc/{pid}/ns/net") for pid in ("self", shop.process.pid))
        assert ours != theirs


@pytest.mark.parametrize(
    ("html", "limits"),
    [
        ("<style>@page{size:20px;margin:0}</style>" + "sana " * 100_000, pdf.Limits(cpu_seconds=1)),
        ("<style>@page{size:20px;margin:0}</style>" + "sana " * 100_000, pdf.Limits(wall_seconds=1)),
        ("<table>" + "<tr><td>x" * 100_000, pdf.Limits(memory_mb=230)),
    ],
    ids=["processor", "clock", "memory"],
)
def test_a_document_that_eats_too_much_is_stopped_and_others_go_on(shop, html, limits):
    begun = time.monotonic()
    with pytest.raises(pdf.PressFault) as fault:
        shop.press(html, limits=limits)
    assert fault.value.kind == "limits"
    assert time.monotonic() - begun < 15
    assert shop.press(PLAIN).pages == 1


def test_default_limits_keep_quality_line_30():
    assert pdf.Limits().cpu_seconds <= 20 and pdf.Limits().memory_mb <= 512


def test_a_workshop_that_is_killed_is_told_and_replaced(shop):
    shop.press(PLAIN)
    os.kill(shop.process.pid, signal.SIGKILL)
    shop.process.wait()
    assert shop.press(PLAIN).pages == 1


def test_a_workshop_killed_in_the_middle_of_a_job_is_a_crash_not_a_hang(shop):
    shop.press(PLAIN)
    pid, begun = shop.process.pid, time.monotonic()
    threading.Timer(0.5, os.kill, (pid, signal.SIGKILL)).start()
    with pytest.raises(pdf.PressFault) as fault:
        shop.press("<style>@page{size:20px;margin:0}</style>" + "sana " * 50_000)
    assert fault.value.kind == "crash"
    assert time.monotonic() - begun < 5
    assert shop.press(PLAIN).pages == 1


def test_the_workshop_ends_with_its_caller(shop):
    shop.press(PLAIN)
    process = shop.process
    shop.close()
    assert process.poll() is not None


def test_finnish_words_are_hyphenated_by_syllables():
    from pyphen import Pyphen

    finnish = Pyphen(filename=pdf.FINNISH_HYPHENATION)
    assert finnish.inserted("vaikuttamistyöryhmä") == "vai-kut-ta-mis-työ-ryh-mä"
    assert finnish.inserted("hyvinvointialue") == "hy-vin-voin-ti-a-lue"
    assert finnish.inserted("kunnanvaltuusto") == "kun-nan-val-tuus-to"
