"""A union's own colours and logo: what can be read, and what a picture may not bring along."""

import io
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from associations.organisations import branding, logos
from tests.world import build_world

pytestmark = pytest.mark.django_db
GREEN = {"primary": "#1d6636", "strong": "#0f3d1f", "soft": "#e3f2e7"}


@pytest.fixture
def world():
    return build_world()


def address(union):
    return reverse("associations:branding", args=[union.pk])


def typed(colours=GREEN, act="tallenna", **more):
    return colours | {"tee": act} | more


def picture(kind="PNG", size=(300, 120), **words):
    out = io.BytesIO()
    Image.new("RGB", size, "#1d6636").save(out, kind, **words)
    return out.getvalue()


def bring(client, union, content, name="logo.png", content_type="image/png"):
    return client.post(address(union), {"tee": "logo", "logo": SimpleUploadedFile(name, content, content_type)})


def logo_of(client, union):
    """The answer that shows the union's logo, found as a browser finds it."""
    union.refresh_from_db()
    return client.get(logos.address_of(union.pk, union.logo.name))


def files():
    return default_storage.listdir("logos")[1] if default_storage.exists("logos") else []


# --- Colours ---
@pytest.mark.parametrize("one, other, ratio", [
    ("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54),
    ("#0b5563", "#ffffff", 8.4), ("#ff0000", "#ffffff", 4.0),
])  # fmt: skip
def test_contrast_is_reckoned_as_wcag_says(one, other, ratio):
    assert branding.contrast(one, other) == branding.contrast(other, one) == pytest.approx(ratio, abs=0.05)


def test_the_portals_own_colours_pass_their_own_rule():
    assert all(reading.is_enough for reading in branding.readings(branding.PORTAL))


def test_the_staff_give_the_union_its_colours_and_everybody_acting_for_it_sees_them(client, world):
    client.force_login(world.staff)
    assert client.post(address(world.union), typed()).status_code == 302
    world.union.refresh_from_db()
    sheet = branding.address_of(world.union.pk, GREEN)
    for person in (world.staff, world.board, world.coordinator, world.member, world.legal):
        client.force_login(person)
        assert f'href="{sheet}"' in client.get(reverse("associations:organisation_list")).content.decode()
    for person in (world.other_staff, world.administrator, None):
        client.logout()
        if person:
            client.force_login(person)
        assert "/ilme/" not in client.get(reverse("associations:organisation_list")).content.decode()
    answer = client.get(sheet)
    assert answer.content.decode() == (
        ":root {\n  --primary: #1d6636;\n  --primary-strong: #0f3d1f;\n  --primary-soft: #e3f2e7;\n}\n"
    )
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies


@pytest.mark.parametrize("change, field, words", [
    ({"primary": "#777777", "soft": "#ffffff"}, "primary", "4"),
    ({"primary": "#ffff00"}, "primary", "1"),
    ({"strong": "#f2b441"}, "strong", "1"),
    ({"soft": "#1d6636"}, "soft", "1"),
])  # fmt: skip
def test_a_colour_that_cannot_be_read_is_refused_with_its_figure(client, world, change, field, words):
    client.force_login(world.staff)
    answer = client.post(address(world.union), typed(GREEN | change))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    complaint = answer.context["form"].errors[field][0]
    assert "4.5" in complaint.replace(",", ".") and words in complaint
    world.union.refresh_from_db()
    assert world.union.primary_colour == ""


def test_4_48_is_told_as_4_47_or_4_48_and_never_as_enough(client, world):
    reading = next(one for one in branding.readings(GREEN | {"primary": "#777777"}) if one.field == "primary")
    assert not reading.is_enough
    assert reading.figure.replace(",", ".") == "4.47"


def test_no_other_way_brings_an_unreadable_colour_in(world):
    from django.core.exceptions import ValidationError

    for colours in (GREEN | {"primary": "#ffff00"}, GREEN | {"soft": "#E3F2E7"}):
        with pytest.raises(ValidationError):
            world.union.change_colours(colours)


def test_a_code_that_is_written_counts_over_the_picked_colour(client, world):
    client.force_login(world.staff)
    client.post(address(world.union), typed(primary_code="0B5563"))
    world.union.refresh_from_db()
    assert world.union.primary_colour == "#0b5563"


@pytest.mark.parametrize("value", [
    "red", "#12345", "#1234567", "#12345g", "url(//x)", "#0b5563;}body{display:none", "#0b5563\n", "", "\x00",
    "#0b5563}", "#٠b5563",
])  # fmt: skip
def test_only_six_hex_figures_are_a_colour(client, world, value):
    client.force_login(world.staff)
    assert client.post(address(world.union), typed(GREEN | {"primary": value})).status_code in (302, 422)
    world.union.refresh_from_db()
    assert world.union.primary_colour in ("", "#0b5563")


def test_what_has_come_into_the_table_by_another_way_is_no_style(client, world):
    type(world.union).objects.filter(pk=world.union.pk).update(
        primary_colour="red;}", strong_colour="#0f3d1f", soft_colour="url(x)"
    )
    world.union.refresh_from_db()
    kept = branding.colours_of(world.union)
    sheet = client.get(branding.address_of(world.union.pk, kept)).content.decode()
    assert sheet == ":root {\n  --primary-strong: #0f3d1f;\n}\n"


def test_colours_are_tried_on_without_saving_and_without_inline_style(client, world):
    client.force_login(world.staff)
    answer = client.post(address(world.union), typed(act="katso"))
    text = answer.content.decode()
    assert answer.status_code == 200 and "style=" not in text
    sheet = "/ilme/esikatselu-1d6636-0f3d1f-e3f2e7.css"
    assert sheet in text
    assert client.get(sheet).content.decode().startswith(".brand-preview {\n  --primary: #1d6636;")
    world.union.refresh_from_db()
    assert world.union.primary_colour == ""
    for broken in ("1d6636-0f3d1f", "1d6636-0f3d1f-e3f2eg", "1d6636-0f3d1f-e3f2e7-1", "1D6636-0f3d1f-e3f2e7"):
        assert client.get(f"/ilme/esikatselu-{broken}.css").status_code == 404


def test_an_old_address_is_gone_and_the_portals_colours_come_back(client, world):
    client.force_login(world.staff)
    client.post(address(world.union), typed())
    old = branding.address_of(world.union.pk, GREEN)
    client.post(address(world.union), typed(GREEN | {"strong": "#06250f"}))
    assert client.get(old).status_code == 404
    client.post(address(world.union), {"tee": "palauta"})
    client.post(address(world.union), {"tee": "palauta"})
    world.union.refresh_from_db()
    assert branding.colours_of(world.union) == {}
    assert client.get(old).status_code == 404


def test_only_the_unions_own_staff_choose_its_look(client, world):
    for stranger in (world.board, world.coordinator, world.other_staff, world.legal):
        client.force_login(stranger)
        assert client.post(address(world.union), typed()).status_code == 403
        assert bring(client, world.union, picture()).status_code == 403
    client.force_login(world.staff)
    assert client.get(address(world.association)).status_code == 403
    assert files() == []


def test_the_look_costs_no_query(client, world):
    client.force_login(world.staff)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("associations:organisation_list"))
        return len(asked)

    before = queries()
    client.post(address(world.union), typed())
    bring(client, world.union, picture())
    client.get("/")  # What was to be told is told.
    assert queries() == before


# --- Logos (QUALITY 31) ---
@pytest.mark.parametrize("kind, name, content_type", [
    ("PNG", "logo.png", "image/png"), ("JPEG", "logo.jpg", "image/jpeg"), ("WEBP", "logo.webp", "image/webp"),
    # The name and the sender's word say nothing: the content does.
    ("PNG", "logo.gif", "text/html"), ("JPEG", "../../../etc/passwd", "image/svg+xml"), ("WEBP", "a\\..\\b.php", "x/y"),
])  # fmt: skip
def test_a_picture_becomes_a_png_of_ours(client, world, kind, name, content_type):
    client.force_login(world.staff)
    assert bring(client, world.union, picture(kind), name, content_type).status_code == 302
    client.logout()
    answer = logo_of(client, world.union)
    assert answer.getvalue().startswith(b"\x89PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Disposition"] == 'attachment; filename="logo.png"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert not answer.cookies
    assert len(files()) == 1 and files()[0].startswith(f"{world.union.pk}-") and files()[0].endswith(".png")


def test_the_logo_has_the_organisations_name_for_those_who_do_not_see_it(client, world):
    client.force_login(world.staff)
    bring(client, world.union, picture())
    world.union.refresh_from_db()
    tag = f'src="{logos.address_of(world.union.pk, world.union.logo.name)}" alt="Malliliitto ry"'
    assert client.get(reverse("associations:organisation_list")).content.decode().count(tag) == 1
    client.logout()
    assert tag in client.get(world.union.get_absolute_url()).content.decode()


def a_png_that_says(width, height):
    """A tiny file that unpacks to an enormous picture."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


HTML = b"<script>alert(1)</script>"
REFUSED = {
    "svg with a script": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg behind a declaration": b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><svg onload="alert(1)"/>',
    "packed svg": b"\x1f\x8b\x08\x00" + b"\x00" * 20,
    "svg in the guise of png": b"\x89PNG\r\n\x1a\n" + b'<svg onload="alert(1)"/>',
    "gif that is a program": b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)",
    "pdf before a png": b"%PDF-1.7\n" + picture(),
    "web page": b"<!doctype html>" + HTML,
    "pixel bomb": a_png_that_says(30_000, 30_000),
    "greater pixel bomb": a_png_that_says(2_000_000_000, 2_000_000_000),
    "one side too long": a_png_that_says(4001, 10),
    "cut off": picture()[:60],
    "only a beginning": b"\x89PNG\r\n\x1a\n",
    "empty": b"",
    "riff of another kind": b"RIFF\x00\x00\x00\x00WAVEfmt ",
    "bmp": picture("BMP"),
    "tiff": picture("TIFF"),
    "too big": picture() + b"\x00" * 2_000_001,
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_what_is_not_a_plain_picture_is_refused_in_words(client, world, what):
    client.force_login(world.staff)
    answer = bring(client, world.union, REFUSED[what])
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["logo"]
    assert files() == []
    world.union.refresh_from_db()
    assert not world.union.logo


def test_svg_is_refused_with_its_own_reason(client, world):
    client.force_login(world.staff)
    answer = bring(client, world.union, REFUSED["svg with a script"], "logo.svg", "image/svg+xml")
    assert "SVG" in str(answer.context["form"].errors["logo"])


def test_a_bomb_is_refused_before_it_is_unpacked(world, monkeypatch):
    from django.core.exceptions import ValidationError

    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("unpacked"))
    monkeypatch.setattr("PIL.PngImagePlugin.PngImageFile.load", lambda self: pytest.fail("unpacked"))
    with pytest.raises(ValidationError):
        logos.redrawn(SimpleUploadedFile("logo.png", REFUSED["pixel bomb"]))


def test_nothing_hides_beside_the_pixels(client, world):
    """A program behind the picture, notes in it, and the place where it was taken stay behind."""
    exif = Image.Exif()
    exif[0x010F] = "Salainen kamera"
    exif.get_ifd(0x8825)[2] = (60.0, 10.0, 20.0)
    exif.get_ifd(0x8825)[1] = "N"
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Comment", HTML.decode())
    client.force_login(world.staff)
    for content in (
        picture("JPEG", exif=exif) + HTML,
        picture("PNG", exif=exif, pnginfo=notes) + b"%PDF-1.7" + HTML,
        picture("WEBP", exif=exif),
    ):
        assert bring(client, world.union, content).status_code == 302
        kept = logo_of(client, world.union).getvalue()
        for hidden in (HTML, b"%PDF", b"Salainen", b"eXIf", b"tEXt", b"iCCP"):
            assert hidden not in kept
        assert Image.open(io.BytesIO(kept)).getexif() == {}


def test_a_photograph_taken_sideways_stands_upright(world):
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = Image.open(io.BytesIO(logos.redrawn(SimpleUploadedFile("x.jpg", picture("JPEG", (300, 120), exif=exif)))))
    assert kept.size == (120, 300)


def test_a_large_picture_is_kept_small_and_see_through_stays_see_through(world):
    out = io.BytesIO()
    Image.new("RGBA", (4000, 1000), (0, 0, 0, 0)).save(out, "PNG")
    kept = Image.open(io.BytesIO(logos.redrawn(SimpleUploadedFile("x.png", out.getvalue()))))
    assert (kept.size, kept.getpixel((0, 0))[3]) == ((800, 200), 0)


def test_the_old_file_goes_when_the_new_one_is_certain(client, world, django_capture_on_commit_callbacks):
    client.force_login(world.staff)
    bring(client, world.union, picture())
    old = files()
    old_address = logos.address_of(world.union.pk, f"logos/{old[0]}")
    with django_capture_on_commit_callbacks(execute=False) as later:
        bring(client, world.union, picture(size=(200, 200)))
    assert len(files()) == 2
    for callback in later:
        callback()
    assert len(files()) == 1 and files() != old
    assert client.get(old_address).status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(world.union), {"tee": "poista-logo"})
        client.post(address(world.union), {"tee": "poista-logo"})
    assert files() == []


def test_a_lost_file_or_an_ended_organisation_shows_no_logo(client, world):
    client.force_login(world.staff)
    bring(client, world.union, picture())
    world.union.refresh_from_db()
    where = logos.address_of(world.union.pk, world.union.logo.name)
    assert client.get(where).status_code == 200
    type(world.union).objects.filter(pk=world.union.pk).update(ended_on="2025-01-01")
    assert client.get(where).status_code == 404
    type(world.union).objects.filter(pk=world.union.pk).update(ended_on=None)
    default_storage.delete(world.union.logo.name)
    assert client.get(where).status_code == 404
    assert client.get(f"/ilme/{world.union.pk}-..%2f..%2fx.png").status_code == 404


def test_an_association_brings_its_own_logo_with_its_details(client, world):
    client.force_login(world.board)
    where = reverse("associations:organisation_edit", args=[world.association.pk])
    details = {"languages": "fi", "email": "", "phone": "", "website": "", "introduction": ""}
    file = SimpleUploadedFile("logo.svg", REFUSED["svg with a script"], "image/svg+xml")
    answer = client.post(where, details | {"new_logo": file})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["new_logo"])
    assert client.post(where, details | {"new_logo": SimpleUploadedFile("x.png", picture())}).status_code == 302
    client.logout()
    assert logo_of(client, world.association).status_code == 200
    assert "-logo" in client.get(world.association.get_absolute_url()).content.decode()
    client.force_login(world.board)
    client.post(where, details | {"remove_logo": "on"})
    world.association.refresh_from_db()
    assert not world.association.logo
