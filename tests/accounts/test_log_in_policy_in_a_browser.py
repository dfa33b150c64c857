"""The second step and other houses' log-in in Chromium: the pages are accessible and the policy lets them work."""

import json
from pathlib import Path

import pytest
from django.urls import reverse
from oidc_provider_mock import run_server_in_thread

from advocacy_portal.lib.openid import origins_of
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_other_houses import BEGIN, Provider, use
from tests.accounts.test_passkeys_in_a_browser import page, pytestmark  # noqa: F401
from tests.factories import make_board_member, make_chair, make_coordinator, make_region, make_staff, make_union

AXE = Path(__file__).parents[1] / "e2e" / "vendor" / "axe.min.js"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
}


def look_over(tab, name):
    """What axe finds, and whether a phone would have to be scrolled sideways."""
    faults = []
    for width in (320, 360, 1280):
        tab.set_viewport_size({"width": width, "height": 800})
        tab.evaluate(AXE.read_text())
        found = tab.evaluate(f"axe.run(document, {json.dumps(RULES)})")
        faults += [f"{name} at {width}: {one['id']}: {one['nodes'][0]['html'][:100]}" for one in found["violations"]]
        if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append(f"{name} at {width} is wider than the window")
    return faults


def log_in(tab, person):
    person.set_password(PASSWORD)
    person.save()
    person.trust_email()
    tab.goto(reverse("account_login"))
    tab.locator("#id_login").fill(person.email)
    tab.locator("#id_password").fill(PASSWORD)
    tab.locator("main form .btn-primary").first.click()
    tab.wait_for_url(lambda url: reverse("account_login") not in url)


def test_who_is_led_to_the_second_step_sets_up_a_passkey_and_goes_on(page, settings):  # noqa: F811
    settings.SECOND_FACTOR_ROLES = ["staff"]
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    log_in(page, make_staff())
    page.wait_for_url("**/tili/toinen-vaihe/")
    assert look_over(page, "second step") == []
    page.locator(f"main a[href='{reverse('mfa_add_webauthn')}']").click()
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form .btn-primary").first.click()
    page.locator("main form .btn-primary").first.click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    page.goto("/oma/")
    assert page.url.endswith("/oma/")
    assert not [said for said in page.complaints if "Content Security Policy" in said]


def test_the_pages_of_ones_own_data_and_sessions_are_accessible(page):  # noqa: F811
    union, region = make_union(), make_region()
    person = make_coordinator(union, [region])
    association = make_board_member().roles.get().organisation
    make_chair(association)
    person.roles.create(kind="chair", organisation=association, starts_on="2020-01-01")
    log_in(page, person)
    faults = []
    for path in ("/tili/kuka-nakee/", "/tili/istunnot/", "/tili/omat-tiedot/", "/tili/kirjautumistavat/"):
        page.goto(path)
        faults += look_over(page, path)
    assert faults == []


@pytest.mark.parametrize("is_allowed", [True, False])
def test_the_log_in_form_may_lead_to_the_provider(page, settings, is_allowed):  # noqa: F811
    """Chromium holds a form's redirects to ``form-action``. Without the provider's origin in it nothing happens."""
    with run_server_in_thread() as running:
        provider = Provider(running)
        use(settings, provider.issuer)
        provider.knows("saara", email="saara@liitto.example.org", email_verified=True, name="Saara Esimerkki")
        apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        if is_allowed:
            policy = policy | {"form-action": ["'self'", *origins_of(apps)]}
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy}
        page.goto(reverse("account_login"))
        assert look_over(page, "log-in with a provider") == []
        page.locator(f"form[action='{BEGIN}'] button").click()
        if not is_allowed:
            page.wait_for_timeout(1500)
            assert page.url.endswith(reverse("account_login"))
            assert any("form-action" in said for said in page.complaints)
            return
        page.locator("input[name=sub]").fill("saara")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url("**/oma/")
        page.goto("/tili/omat-tiedot/")
        assert page.locator("#id_name").input_value() == "Saara Esimerkki"
        assert not [said for said in page.complaints if "Content Security Policy" in said]


def test_the_refusals_are_accessible(page, settings):  # noqa: F811
    with run_server_in_thread() as running:
        provider = Provider(running)
        use(settings, provider.issuer)
        policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": policy | {"form-action": ["'self'", provider.issuer]}}
        page.goto(reverse("account_login"))
        page.locator(f"form[action='{BEGIN}'] button").click()
        page.locator("input[name=sub]").fill("vieras@toinen.example.org")
        page.get_by_role("button", name="Authorize").click()
        page.wait_for_url("**/paluu/**")
        faults = look_over(page, "refused")
        page.goto(BEGIN + "paluu/?code=x&state=y")
        faults += look_over(page, "failed")
        page.goto(reverse("socialaccount_login_cancelled"))
        assert faults + look_over(page, "cancelled") == []
