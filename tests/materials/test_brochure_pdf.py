"""The printed brochure: tagged, bookmarked, in our own font (QUALITY.md line 47)."""

import io

import pikepdf
import pytest
from django.utils import timezone

from materials.brochures import press
from materials.brochures.manuscript import manuscript_of
from materials.brochures.models import BrochureFile
from materials.brochures.tasks import press_brochure
from tests.materials.makers import CONTACT, make_brochure, make_file

LONG = "Lastenhyvinvointisuunnitelmatyöryhmäkokouskutsu áčđŋšŧž ÁČĐŊŠŦŽ åäö. "


@pytest.fixture(params=["fi", "sv", "en"])
def document(request, association):
    contacts = [CONTACT | {"name": f"Žižek {n}", "role": LONG[:90]} for n in range(4)]
    brochure = make_brochure(
        association, language=request.param, introduction=LONG * 9, greeting=LONG * 5, contacts=contacts
    )
    manuscript = manuscript_of(brochure)
    with pikepdf.open(io.BytesIO(press.pressed_from(manuscript).pdf)) as opened:
        opened.language = request.param
        opened.manuscript = manuscript
        yield opened


def elements(node, kind=None):
    """Structure elements of a PDF, all or of one kind."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child, kind)
    elif isinstance(node, pikepdf.Dictionary):
        if node.get("/S") and (kind is None or node["/S"] == kind):
            yield node
        if "/K" in node:
            yield from elements(node["/K"], kind)


def test_it_is_a_tagged_pdf_with_title_language_bookmarks_and_own_fonts(document):
    root, manuscript = document.Root, document.manuscript
    assert root.MarkInfo.Marked is True or bool(root.MarkInfo.Marked)
    assert str(root.Lang) == document.language
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert str(document.docinfo["/Title"]) == f"{manuscript['association']}: {manuscript['title']}"
    assert str(document.docinfo["/Author"]) == manuscript["association"]
    assert "pdfuaid" in bytes(root.Metadata.read_bytes()).decode()
    kinds = [str(element["/S"]) for element in elements(root.StructTreeRoot)]
    assert kinds.count("/H1") == 1 and kinds.count("/H2") == 7
    headings = [int(kind[2]) for kind in kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert all(after - before <= 1 for before, after in zip(headings, headings[1:], strict=False))
    assert kinds.count("/TH") == 5 and kinds.count("/Table") == 1 and kinds.count("/Caption") == 1
    figures = list(elements(root.StructTreeRoot, "/Figure"))
    assert len(figures) == 1
    assert manuscript["address"] in str(figures[0]["/Alt"])
    with document.open_outline() as outline:
        assert [item.title for item in outline.root] == [manuscript["title"]]
        assert len(outline.root[0].children) == 7
    fonts = [
        one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
    ]
    assert fonts and all("/FontFile2" in font or "/FontFile3" in font for font in fonts)
    assert all("Source-Sans" in str(font["/FontName"]) for font in fonts)
    assert 4 <= len(document.pages) <= 5


def test_a_real_press_stores_the_pdf_and_its_cost(association):
    file = make_file(make_brochure(association))
    press_brochure(file.pk)
    file = BrochureFile.objects.get(pk=file.pk)
    assert (file.state, file.pages) == ("done", 4)
    assert file.file.storage.open(file.file.name).read(5) == b"%PDF-"
    assert file.size == file.file.size and file.seconds < 10 and file.peak_kb < 512 * 1024


def test_what_people_type_is_text_not_html(association, monkeypatch):
    hostile = "<img src='file:///etc/passwd'><style>@import 'http://127.0.0.1/'</style><script>x</script>"
    brochure = make_brochure(
        association, introduction=hostile, greeting=hostile, contacts=[CONTACT | {"name": hostile[:99]}]
    )
    made = press.pressed_from(manuscript_of(brochure))
    assert made.pages == 4
    html, _files = press.html_and_files(manuscript_of(brochure))
    assert "<script" not in html and html.count("<img") == 1


def test_the_parent_never_imports_weasyprint():
    import subprocess
    import sys

    code = "import sys, advocacy_portal.lib.pdf; print('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
    assert timezone.now()


def test_every_sign_the_form_lets_through_is_in_the_font():
    """So is the hyphen WeasyPrint adds: its own default (U+2010) is not."""
    from pathlib import Path

    from fontTools.ttLib import TTFont

    from materials.brochures.forms import STRANGE

    known = set()
    for font in Path("static/fonts/pdf").glob("*-400-*.woff2"):
        known |= set(TTFont(font).getBestCmap())
    let_through = [code for code in range(32, 0xFFFF) if not STRANGE.match(chr(code))]
    assert [hex(code) for code in let_through if code not in known] == []
    assert 'hyphenate-character: "-"' in Path("templates/pdf/brochure.css").read_text()
