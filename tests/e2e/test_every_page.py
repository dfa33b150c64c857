"""Every page, as each role, on a phone and on a desk: accessible, tidy, within the policy and the budget."""

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}

VISITOR = [
    "/",
    "/tapahtumat/",
    "/tapahtumat/?q=eiolemitaan",
    "{event}",
    "{event}ilmoittaudu/",
    "/yhdistykset/",
    "{association}",
    "/hyvinvointialueet/06/",
    "/kunnat/837/",
    "/kunnat/",
    "/kunnat/478/",
    "/hyvinvointialueet/90/",
    "/kenelle-asia-kuuluu/",
    "/kenelle-asia-kuuluu/hyte/837/",
    "/vuosikello/",
    "/sv/kenelle-asia-kuuluu/hyte/837/",
    "/sv/vuosikello/",
    "/tili/kirjaudu/",
    "/tili/liity/",
    "/tili/salasana/unohtui/",
    "/tili/kirjaudu/koodi/",
    "/apua/",
    "/saavutettavuus/",
    "/tietosuoja/",
    "/eiole/",
    "/sv/",
    "/en/",
    "/sv/tapahtumat/",
    "/en/tapahtumat/",
]
BOARD = [
    "/oma/",
    "{event}",
    "{event}ilmoittaudu/",
    "/tapahtumat/omat/",
    "/esitteet/",
    "{brochure}",
    "{own}",
    "{own}muokkaa/",
    "{own}ihmiset/",
    "{own}perehdytys/",
    "{own}tarkista-tiedot/",
    "{handover}",
    "{union}",
    "{network}",
    "/kenelle-asia-kuuluu/",
    "/vuosikello/",
    "/tili/omat-tiedot/",
    "/tili/turvallisuus/",
    "/tili/istunnot/",
    "/tili/kuka-nakee/",
    "/tuonti/?kielletty",
]
COORDINATOR = [
    "/oma/",
    "/alue/",
    "/alue/?jarjestys=-nimi",
    "/esitteet/",
    "/yhdistykset/",
    "/tietojen-tarkistus/",
    "{own}",
    "{own}ihmiset/",
    "/vuosikello/",
]
STAFF = [
    "/oma/",
    "/tapahtumat/hallinta/",
    "/tapahtumat/uusi/",
    "{event}",
    "{event}muokkaa/",
    "{event}peru/",
    "{event}ilmoittautuneet/",
    "/alue/",
    "/lahetykset/",
    "/esitteet/",
    "/tietojen-tarkistus/",
    "/tuonti/",
    "/tuonti/uusi/",
    "/vuosikello/omat-paivat/",
    "/vuosikello/omat-paivat/uusi/",
    "{own}ihmiset/",
    "{own}muutokset/",
    "{own}verkostot/",
    "{own}ihmiset/uusi/",
    "{union}ilme/",
]
NETWORK = ["/oma/", "{network}", "{network}jasenet/", "{network}yhteystiedot/"]
# What is not found and what is refused are pages too.
ERROR_PAGES = {"/eiole/": 404, "/tuonti/?kielletty": 403}


def own_page(page):
    """The first organisation's own page that this page leads to, not an export or a page of its rooms."""
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return next(link for link in links if re.fullmatch(r"/yhdistykset/\d+/", link))


@pytest.fixture(scope="module")
def places(chromium, portal):
    """Addresses that depend on the demo data: an event, an association's page, the board's own ones."""
    page = chromium.new_page()
    page.goto(portal.url + "/tapahtumat/")
    event = page.get_by_role("link", name="Lapsivaikutusten arviointi kunnissa").get_attribute("href")
    page.goto(portal.url + "/yhdistykset/")
    association = own_page(page)
    page.goto(portal.url + "/tili/kirjaudu/")
    page.locator("#id_login").fill("hallitus@example.org")
    page.locator("#id_password").fill("vaikutus-2026")
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url("**/oma/")
    own = own_page(page)
    handover = page.locator("main a[href^='/luovutus/']").first.get_attribute("href")
    page.goto(portal.url + own)
    union = page.get_by_role("link", name="Mannerheimin Lastensuojeluliitto ry").first.get_attribute("href")
    page.goto(portal.url + "/yhdistykset/?q=mallimaan")
    network = own_page(page)
    page.close()
    return {
        "event": event,
        "association": association,
        "own": own,
        "brochure": own.replace("yhdistykset", "esitteet"),
        "handover": handover,
        "union": union,
        "network": network,
    }


def faults_of(page, path, width):
    """What is wrong with the page that is open."""
    faults = []
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if sideways > 0:
        faults.append(f"{path} at {width}: {sideways} px wider than the window")
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")
    for violation in found["violations"]:
        where = "; ".join(node["html"][:120] for node in violation["nodes"][:3])
        faults.append(f"{path} at {width}: {violation['id']}: {where}")
    return faults


def look_over(visit, path, width):
    """Load a page and list what is wrong with it. A page that is not there would have nothing wrong with it."""
    status = visit.page.goto(visit.portal.url + path).status
    expected = ERROR_PAGES.get(path, 200)
    strange = [f"{path}: answered {status}"] if status != expected else []
    return strange + faults_of(visit.page, path, width)


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize(
    ("who", "paths"),
    [
        (None, VISITOR),
        ("hallitus", BOARD),
        ("koordinaattori", COORDINATOR),
        ("tyontekija", STAFF),
        ("verkosto", NETWORK),
    ],
    ids=["visitor", "board", "coordinator", "staff", "network"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(visit, places, who, paths, width):
    one = visit(width=width)
    if who:
        one.log_in(f"{who}@example.org")
    faults = []
    for path in paths:
        faults += look_over(one, path.format(**places), width)
    assert faults == []


def test_forms_with_errors_are_accessible_too(visit, places):
    one = visit(width=360)
    page = one.go(places["event"] + "ilmoittaudu/")
    page.locator("main form .btn-primary").first.click()
    page.wait_for_load_state()
    assert page.title().startswith("Virhe:")
    assert page.evaluate("document.activeElement.className").find("errsum") >= 0
    page.evaluate(AXE)
    assert page.evaluate(f"axe.run(document, {json.dumps(RULES)})")["violations"] == []


@pytest.mark.parametrize("path", ["/", "/tapahtumat/", "/tili/kirjaudu/"])
def test_the_first_view_weighs_at_most_80_kilobytes_in_8_requests(visit, path):
    one = visit(width=1280)
    client = one.context.new_cdp_session(one.page)
    client.send("Network.enable")
    sizes = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    one.go(path)
    one.page.wait_for_load_state("networkidle")
    assert len(sizes) <= 8, one.requests
    assert sum(sizes) <= 80_000, sizes


def test_text_at_twice_its_size_does_not_scroll_sideways(chromium, portal, places):
    # A 640 px window at twice the pixels is what a browser at 200 % zoom on 1280 px lays out.
    context = chromium.new_context(viewport={"width": 640, "height": 800}, device_scale_factor=2)
    page = context.new_page()
    for path in ["/", "/tapahtumat/", places["event"], "/yhdistykset/"]:
        page.goto(portal.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    context.close()


def test_the_policy_forbids_inline_script(visit):
    """Negative control: the header is there and the browser obeys it."""
    one = visit()
    one.go("/")
    one.page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hit=1\">')")
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("window.hit") is None
    assert any("Content Security Policy" in complaint for complaint in one.complaints)
    one.complaints.clear()
