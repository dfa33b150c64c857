"""A passkey from adding it to logging in with it, in Chromium with an authenticator of its own."""

import os

import pytest
from django.urls import reverse

from tests.accounts.conftest import PASSWORD
from tests.factories import make_user

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.path.exists(CHROMIUM), reason="needs Chromium"),
]


@pytest.fixture
def page(live_server, settings, monkeypatch):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    # Playwright runs an event loop in this thread; the database is used from it all the same.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        # A passkey belongs to a name, and a bare number is none.
        page = browser.new_page(base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="fi-FI")
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        yield page
        browser.close()


def test_a_passkey_is_added_and_then_lets_in_without_a_password(page):
    make_user(name="Aino Mallikas", email="aino@example.org", password=PASSWORD).trust_email()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    authenticator = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    page.goto(reverse("account_login"))
    page.get_by_label("Sähköpostiosoite").fill("aino@example.org")
    page.get_by_label("Salasana").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Kirjaudu", exact=True).click()
    page.wait_for_url(lambda url: reverse("account_login") not in url)

    page.goto(reverse("mfa_add_webauthn"))
    page.get_by_label("Salasana").fill(PASSWORD)
    page.get_by_role("button", name="Vahvista").click()
    page.get_by_role("button", name="Lisää pääsyavain").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    assert len(device.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]) == 1

    page.goto(reverse("account_logout"))
    page.locator("main").get_by_role("button", name="Kirjaudu ulos").click()
    page.goto(reverse("account_login"))
    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()
    page.wait_for_url(f"**{reverse('home:dashboard')}")

    # Somebody closes the window of the browser: the page says what to do.
    page.context.clear_cookies()
    page.goto(reverse("account_login"))
    device.send("WebAuthn.clearCredentials", {"authenticatorId": authenticator})
    device.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Kirjaudu pääsyavaimella").click()
    page.get_by_text("Pääsyavain ei toiminut.").wait_for()
    assert not [said for said in page.complaints if "Content Security Policy" in said]
