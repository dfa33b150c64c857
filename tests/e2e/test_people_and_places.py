"""The journeys of people, organisations and places, each within its budget of clicks (design system, section 12)."""

import re

import pytest

from tests.e2e.test_every_page import faults_of
from tests.e2e.test_the_story import shell

pytestmark = pytest.mark.browser

OWN_PAGE = re.compile(r"^/yhdistykset/\d+/$")


def open_menu(one):
    """On a phone the menu is folded; opening it goes nowhere, so it counts as no click of the budget's."""
    summary = one.page.locator("details.menu-phone > summary")
    if summary.is_visible():
        summary.click()


def words(one):
    """What is read on the page, the menus left out."""
    return one.page.locator("main").inner_text()


def follow(one, selector):
    """Click the first of these; the click counts."""
    one.clicks += 1
    one.page.locator(selector).first.click()
    one.page.wait_for_load_state()


def press(one, name):
    """Press the button whose name begins with these words; the click counts."""
    one.clicks += 1
    one.page.locator("main").get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()
    one.page.wait_for_load_state()


def fits(one):
    """Nothing of the page hangs over the edge of the phone."""
    return one.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def organisation_page(one, name):
    """The address of an organisation's page, found by its name in the directory."""
    page = one.go(f"/yhdistykset/?q={name}")
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return next(link for link in links if OWN_PAGE.match(link))


# --- A board member ----------------------------------------------------------------------------


def test_a_board_member_sees_what_waits_and_the_coordinators_phone_at_once(visit):
    one = visit(width=360).log_in("hallitus@example.org")
    assert "Seuraavat askeleet" in words(one)
    assert "040 000 0004" in words(one)
    assert (one.clicks, fits(one)) == (0, True)


def test_whom_do_we_approach_is_answered_in_two_clicks(visit):
    one = visit(width=360).log_in("hallitus@example.org")
    open_menu(one)
    one.click("Kenelle asia kuuluu?")
    one.click("Varhaiskasvatus")
    assert one.page.locator("h1").inner_text() == "Varhaiskasvatus"
    assert "Joensuu" in one.page.locator("main .lead, main .head").first.inner_text()
    assert "arhaiskasvatuslaki" in words(one)
    assert (one.clicks, fits(one)) == (2, True)


def test_a_board_member_updates_the_associations_contact_details_in_two_clicks(visit):
    one = visit(width=360).log_in("hallitus@example.org")
    one.click("Muuta yhteystietoja")
    one.page.locator("#id_phone").fill("040 000 0099")
    press(one, "Tallenna")
    assert OWN_PAGE.match(one.page.url.removeprefix(one.portal.url))
    assert "040 000 0099" in words(one)
    assert (one.clicks, fits(one)) == (2, True)


def test_a_chair_hands_the_seat_over_and_the_successor_is_written_to(visit, portal, letterbox):
    one = visit(width=360).log_in("puheenjohtaja@example.org")
    one.click("Luovuta tehtävä")
    one.page.get_by_label(re.compile("Sirkka Sovitus")).check()
    press(one, "Luovuta tehtävä")
    assert "Sirkka Sovitus" in one.page.locator(".note.done").inner_text()
    assert one.clicks <= 3
    letterbox.to("sihteeri@example.org", "Sinulle on luovutettu tehtävä: puheenjohtaja")
    # It is the chair still: the role changes hands on its day.
    one.go("/oma/")
    assert "Pertti Esimerkki" in words(one)


def test_a_board_member_registers_and_cancels_each_in_three_clicks(visit):
    title = "Vaikuttamistyöryhmien keskusteluilta"
    one = visit(width=360).log_in("hallitus@example.org")
    one.page.locator("main").get_by_role("link", name=title, exact=True).first.click()
    one.page.wait_for_load_state()
    one.clicks += 1
    one.click("Ilmoittaudu")
    press(one, "Ilmoittaudu")
    assert one.page.locator(".note.done").is_visible()
    assert (one.clicks, fits(one)) == (3, True)

    one.go("/oma/")
    one.clicks = 0
    one.page.locator("section[aria-labelledby=mine]").get_by_role("link", name=title).click()
    one.page.wait_for_load_state()
    one.clicks += 1
    one.click("Peru ilmoittautuminen")
    press(one, "Peru ilmoittautuminen")
    assert one.page.locator(".note").first.is_visible()
    assert (one.clicks, fits(one)) == (3, True)
    one.go("/oma/")
    assert title not in one.page.locator("section[aria-labelledby=mine]").inner_text()


def test_a_board_member_makes_the_brochure_in_three_clicks(visit):
    one = visit(width=360).log_in("tamperelainen@example.org")
    one.click("Tehkää kumppanuusesite")
    one.page.locator("textarea").first.fill("Olemme lasten ja perheiden puolella Tampereella. Kahvilamme on avoinna.")
    for tick in one.page.locator("main input[type=checkbox]").all():
        if tick.is_visible():
            tick.check()
    press(one, "Tallenna ja tarkista")
    press(one, "Tee PDF")
    one.page.get_by_role("link", name=re.compile("Lataa")).first.wait_for(timeout=60_000)
    assert (one.clicks, fits(one)) == (3, True)


# --- A coordinator -----------------------------------------------------------------------------


def test_a_coordinator_sees_who_needs_help_at_once_and_opens_a_card_in_two_clicks(visit):
    one = visit(width=360).log_in("koordinaattori@example.org")
    helpless = one.page.locator("section[aria-labelledby=helpless]")
    assert "Ei hallitusta portaalissa" in helpless.inner_text()
    assert one.clicks == 0
    follow(one, "section[aria-labelledby=helpless] a[href^='/yhdistykset/']")
    assert OWN_PAGE.match(one.page.url.removeprefix(one.portal.url))
    # The card is for those who look after the association; a passer-by sees only the public page.
    assert one.page.locator("main a[href$='/ihmiset/']").count() >= 1
    assert one.clicks <= 2
    assert fits(one)


def test_a_coordinator_reminds_those_who_have_not_answered_in_three_clicks(visit, portal, letterbox):
    one = visit(width=360).log_in("koordinaattori@example.org")
    follow(one, "main a[href^='/tietojen-tarkistus/']")
    # The round was opened today: whoever has just been written to is left in peace, and the page says why.
    assert "Hallituksilta kysyttiin tänään" in words(one)
    assert one.page.get_by_role("button", name=re.compile("^Muistuta")).count() == 0
    shell(
        portal,
        "import datetime; from associations.models import DetailsRound; from django.utils import timezone;"
        "DetailsRound.objects.update(opened_on=timezone.localdate()-datetime.timedelta(days=3))",
    )
    one.go("/oma/")
    one.clicks = 0
    follow(one, "main a[href^='/tietojen-tarkistus/']")
    assert faults_of(one.page, "round", 360) == []
    press(one, "Muistuta vastaamattomia")
    assert one.page.locator(".note.done").is_visible()
    assert one.clicks <= 3
    assert fits(one)
    letterbox.to("hallitus@example.org", "Muistutus", seconds=60)
    # The coordinator has the own area only, and once a day.
    assert one.page.get_by_role("button", name=re.compile("^Muistuta")).count() == 0
    assert not any("tamperelainen@example.org" in letter["To"] for letter in letterbox.letters)


# --- The union's staff -------------------------------------------------------------------------


def test_staff_publish_a_training_from_a_copy_in_three_clicks(visit):
    one = visit(width=360).log_in("tyontekija@example.org")
    one.click("Kaikki tapahtumamme")
    one.click(re.compile("^Tee kopio.*Uuden hallituksen peruskoulutus"))
    one.page.locator("#id_title").fill("Uuden hallituksen jatkokoulutus")
    if not one.page.locator("#id_starts_on").input_value():
        one.page.locator("#id_starts_on").fill("2027-03-09")
    press(one, "Julkaise tapahtuma")
    assert one.page.locator(".note.done").is_visible(), words(one)
    assert (one.clicks, fits(one)) == (3, True)


def test_staff_see_a_municipalitys_figures_from_the_map_in_two_clicks(visit):
    one = visit(width=360).log_in("tyontekija@example.org")
    open_menu(one)
    one.click("Alueet")
    assert one.page.locator("main svg").first.is_visible()
    one.page.locator("main").get_by_role("link", name="Kuopio", exact=True).first.click()
    one.page.wait_for_load_state()
    one.clicks += 1
    assert one.page.locator("h1").inner_text() == "Kuopio"
    assert "Väkiluku vuoden" in words(one)
    assert (one.clicks, fits(one)) == (2, True)


def test_staff_export_a_list_in_two_clicks(visit):
    one = visit(width=360).log_in("tyontekija@example.org")
    open_menu(one)
    one.click("Alueet")
    one.clicks += 1
    with one.page.expect_download() as download:
        one.page.locator("main").get_by_role("link", name="Lataa Excel-tiedostona").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")
    assert (one.clicks, fits(one)) == (2, True)


def test_staff_retry_a_failed_letter_in_two_clicks(visit, portal, letterbox):
    letterbox.to("naapuri@example.org")
    shell(
        portal,
        "from notifications.models import OutgoingMail as M;"
        "one=M.objects.filter(state='sent', to='naapuri@example.org').first();"
        "M.objects.filter(pk=one.pk).update(state='failed', last_error='550 no such user')",
    )
    before = sum("naapuri@example.org" in letter["To"] for letter in letterbox.letters)
    one = visit(width=360).log_in("tyontekija@example.org")
    one.click("Katso lähetykset")
    assert "550 no such user" in words(one)
    assert faults_of(one.page, "letters", 360) == []
    press(one, "Lähetä uudelleen")
    assert one.clicks == 2
    for _ in range(100):
        if sum("naapuri@example.org" in letter["To"] for letter in letterbox.letters) > before:
            break
        one.page.wait_for_timeout(200)
    else:
        raise AssertionError("The letter did not go out again")


def test_staff_bring_in_a_register_look_at_it_first_and_take_it_back(visit, tmp_path):
    sheet = tmp_path / "rekisteri.csv"
    rows = ["Nimi;Laji;Kotikunta;Sähköposti", "Kuvitelman paikallisyhdistys ry;yhdistys;Lieksa;kuvitelma@example.org"]
    sheet.write_bytes("\n".join([*rows, ""]).encode("latin-1"))
    one = visit(width=360).log_in("tyontekija@example.org")
    page = one.page
    one.click("Tuo rekisteri")
    one.click("Valitse tiedosto")
    page.locator("input[type=file]").set_input_files(sheet)
    press(one, "Lataa tiedosto")
    assert "Sähköposti" in words(one)
    assert faults_of(page, "columns", 360) == []
    press(one, "Tarkista tiedosto")
    bring = page.get_by_role("button", name="Tuo 1 rivi")
    bring.wait_for(timeout=30_000)
    assert "Kuvitelman paikallisyhdistys ry" in words(one)
    assert faults_of(page, "preview", 360) == []
    visitor = visit(width=360)
    name = "Kuvitelman paikallisyhdistys ry"
    assert name not in visitor.go("/yhdistykset/?q=kuvitelman").locator("main").inner_text()
    bring.click()
    undo = page.get_by_role("button", name="Kumoa tuonti")
    undo.wait_for(timeout=30_000)
    assert faults_of(page, "result", 360) == []
    address = page.url
    page.goto(one.portal.url + "/yhdistykset/?q=kuvitelman")
    assert name in words(one)
    page.goto(address)
    undo.click()
    page.get_by_role("heading", level=1, name="Tuonti on kumottu").wait_for(timeout=30_000)
    page.goto(one.portal.url + "/yhdistykset/?q=kuvitelman")
    assert name not in words(one)


def test_the_unions_colours_reach_its_boards_and_no_other_unions(visit):
    staff = visit(width=1280).log_in("toinen@example.org")
    board, neighbour = (visit(width=360).log_in(f"{who}@example.org") for who in ("tamperelainen", "hallitus"))

    def primary(one):
        one.go("/oma/")
        return one.page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--primary').trim()")

    usual = primary(board)
    page = organisation_page(staff, "Kehitysvammaisten Tukiliitto ry")
    staff.go(page + "ilme/")
    for field, colour in [("primary", "#6b1f5c"), ("strong", "#4a1240"), ("soft", "#f3e6f0")]:
        staff.page.locator(f"[name={field}]").fill(colour)
    staff.page.locator("button[name=tee][value=tallenna]").click()
    staff.page.wait_for_load_state()
    assert staff.page.locator(".note.done").is_visible(), words(staff)
    assert (primary(board), primary(neighbour)) == ("#6b1f5c", usual)
    button = board.page.locator("main .btn-primary, main .btn-outline-primary").first
    assert "107, 31, 92" in button.evaluate("one => getComputedStyle(one).borderTopColor")
    # Back to the portal's look, so that the other journeys see what they always do.
    staff.page.locator("button[name=tee][value=palauta]").click()
    staff.page.wait_for_load_state()
    assert primary(board) == usual


# --- Somebody new, and those who stay outside --------------------------------------------------


def test_an_invited_person_comes_in_by_the_letters_link(visit, letterbox):
    letter = letterbox.to("uusi@example.org", seconds=60)
    link = re.search(r"http://\S+/kutsu/\S+", letter.get_body(("plain",)).get_content()).group()
    one = visit(width=360)
    page = one.page
    page.goto(link)
    assert "Joensuu" in words(one)
    assert faults_of(page, "invitation", 360) == []
    page.locator("#id_password").fill("kielo-keinu-kuutamo-73")
    if page.locator("#id_name").count():
        page.locator("#id_name").fill("Uuno Uusimalli")
    press(one, "Ota tehtävä vastaan")
    page.wait_for_url("**/oma/")
    # The role begins at the turn of the year: the newcomer sees that it is known, and nothing of the board's yet.
    assert "Joensuu" in words(one)
    assert one.page.locator("main a[href$='/ihmiset/']").count() == 0
    again = visit(width=360)
    again.page.goto(link)
    assert again.page.locator("#id_password").count() == 0


def test_neighbours_and_visitors_do_not_get_in(visit):
    visitor = visit(width=360)
    own = organisation_page(visitor, "MLL Joensuun yhdistys")
    visitor.go(own)
    for secret in ("Aino Mallikas", "Pertti Esimerkki", "Tuija Tulija", "uusi@example.org", "040 000 0002"):
        assert secret not in visitor.page.content()
    inside = ["ihmiset/", "muutokset/", "muokkaa/", "tarkista-tiedot/", "perehdytys/"]
    for place in [own + one for one in inside] + ["/alue/", "/tuonti/", "/tietojen-tarkistus/", "/lahetykset/"]:
        visitor.go(place)
        assert "/tili/kirjaudu/" in visitor.page.url, place
    for who in ("naapuri", "toinen", "tamperelainen"):
        other = visit(width=360).log_in(f"{who}@example.org")
        told = {place: other.page.goto(other.portal.url + own + place).status for place in inside}
        assert set(told.values()) <= {403, 404}, (who, told)
