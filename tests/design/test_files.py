"""What holds for every template and stylesheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted(Path(settings.BASE_DIR / "templates").rglob("*.html"))
# Letters and PDFs have no policy to keep: css-inline and WeasyPrint read their styles in place.
PAGES = [path for path in TEMPLATES if not {"emails", "email", "pdf"} & set(path.relative_to(settings.BASE_DIR).parts)]
CSS = Path(settings.BASE_DIR / "static/css")
TOKENS = dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-f]{6})", (CSS / "tokens.css").read_text()))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_a_page_keeps_the_strict_policy(path):
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"\bhx-on\b|hx-vals=[\"']js:", text)
    for attributes in re.findall(r"<script\b([^>]*)>", text):
        assert "src=" in attributes or 'type="application/json"' in attributes
    assert not re.search(r"(?:src|srcset|action)=[\"']https?://", text)
    assert not re.search(r"<link[^>]*href=[\"']https?://", text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(settings.BASE_DIR / "templates")))
def test_every_icon_a_page_names_is_drawn(path):
    from advocacy_portal.templatetags.portal import icon_names

    assert set(re.findall(r"{% icon \"([^\"]+)\"", path.read_text())) <= icon_names()


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


WHITE = "#ffffff"
TEXT = [
    *((ink, ground) for ink in ("--ink", "--muted", "--primary") for ground in ("--page", "--card", "--primary-soft")),
    *((f"--{kind}", f"--{kind}-soft") for kind in ("success", "warning", "danger", "info", "neutral")),
    ("--danger", "--card"),
    ("--muted", "--neutral-soft"),
    ("--ink", "--accent"),
    *(("--ink", f"--{kind}-soft") for kind in ("success", "warning", "danger", "info")),
]


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read_on_its_ground(ink, ground):
    assert contrast(TOKENS[ink], TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("ground", ["--primary", "--primary-strong", "--danger"])
def test_white_words_can_be_read_on_buttons_and_foot(ground):
    assert contrast(WHITE, TOKENS[ground]) >= 4.5


@pytest.mark.parametrize("drawn", ["--control", "--focus", "--data-1", "--data-2", "--data-3", "--map-line"])
def test_what_is_drawn_can_be_seen(drawn):
    assert contrast(TOKENS[drawn], TOKENS["--card"]) >= 3


def test_components_read_tokens_that_exist():
    portal = (CSS / "portal.css").read_text()
    known = set(re.findall(r"(--[\w-]+)\s*:", (CSS / "tokens.css").read_text() + portal))
    used = {name for name in re.findall(r"var\((--[\w-]+)", portal) if not name.startswith("--bs-")}
    assert used <= known


def test_script_stays_small():
    assert (Path(settings.BASE_DIR) / "static/js/app.js").stat().st_size < 3000


def test_a_first_view_stays_under_its_budget():
    import brotli

    static = Path(settings.BASE_DIR / "static")
    from django.contrib.staticfiles import finders

    packed = [
        *(static / name for name in ("css/tokens.css", "css/vendor/bootstrap.min.css", "css/portal.css", "js/app.js")),
        static / "img/icons.svg",
        Path(finders.find("django_htmx/htmx-4.min.js")),
    ]
    font = (static / "fonts/source-sans-3-latin-wght-normal.woff2").stat().st_size
    # 5 kB are left for the page itself and a little for headers.
    assert sum(len(brotli.compress(path.read_bytes())) for path in packed) + font < 75_000
