"""Logging in with one's own house's account, against a real OpenID Connect provider on this machine."""

import json
import re
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from oidc_provider_mock import run_server_in_thread

from accounts.models import User
from advocacy_portal.lib.openid import origins_of, read_providers
from tests.accounts.conftest import PASSWORD, is_logged_in
from tests.factories import make_role, make_union, make_user
from tests.home.test_settings import COMPLETE, start

pytestmark = pytest.mark.django_db
BEGIN = "/tili/kirjaudu/tunnuksella/liitto/"
BACK = BEGIN + "paluu/"
HOUSE = {
    "id": "liitto", "name": "Malliliiton tunnus", "client_id": "portaali", "client_secret": "salainen",
    "domains": ["liitto.example.org"],
}  # fmt: skip


def use(settings, issuer, **more):
    apps = read_providers(json.dumps([HOUSE | {"issuer": issuer} | more]), allow_http=True)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}


class Provider:
    """The provider as its own people see it."""

    def __init__(self, server):
        self.issuer = f"http://localhost:{server.server_port}"

    def knows(self, sub, **claims):
        answer = requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=5)
        assert answer.status_code == 204

    def asked(self, address, **form):
        """What the person does on the provider's page; the address it leads back to."""
        answer = requests.post(address, data=form, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def server():
    with run_server_in_thread() as running:
        yield Provider(running)


@pytest.fixture
def provider(server, settings):
    use(settings, server.issuer)
    server.knows("saara", email="saara@liitto.example.org", email_verified=True, name="Saara Esimerkki")
    return server


def come_in(client, provider, sub="saara", begin=BEGIN, **form):
    """The whole way: our button, the provider's page, and back."""
    away = client.post(begin, form)
    assert away.status_code == 302, away.content.decode()
    back = provider.asked(away.url, sub=sub)
    return client.get(urlunsplit(("", "", *urlsplit(back)[2:])))


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


class TestComingIn:
    def test_the_log_in_page_has_a_button_that_is_a_form(self, client, provider):
        page = client.get("/en/tili/kirjaudu/").content.decode()
        assert f'<form method="post" action="/en{BEGIN}">' in page
        assert "Log in: Malliliiton tunnus" in page

    def test_without_providers_there_is_no_button_and_no_door(self, client):
        assert "tunnuksella" not in client.get(reverse("account_login")).content.decode()
        assert client.post(BEGIN).status_code == 404
        assert client.get(BACK, {"code": "x", "state": "y"}).status_code == 404

    def test_the_log_in_page_asks_the_database_for_no_providers(self, client, provider, django_assert_num_queries):
        client.get(reverse("account_login"))
        with django_assert_num_queries(0):
            client.get(reverse("account_login"))

    def test_a_new_person_gets_an_account_without_any_right(self, client, provider, mailoutbox):
        answer = come_in(client, provider)
        assert (answer.status_code, answer.url) == (302, "/oma/")
        assert is_logged_in(client)
        person = User.objects.get()
        assert (person.email, person.name, person.language) == ("saara@liitto.example.org", "Saara Esimerkki", "fi")
        assert not (person.is_staff or person.is_superuser or person.has_usable_password() or person.roles.exists())
        assert EmailAddress.objects.get().verified
        assert client.get("/oma/").status_code == 200

    def test_the_same_person_comes_to_the_same_account_again(self, client, provider):
        come_in(client, provider)
        client.post(reverse("account_logout"))
        come_in(client, provider)
        assert is_logged_in(client)
        assert User.objects.count() == SocialAccount.objects.count() == 1

    def test_an_account_of_a_vouched_address_is_joined_and_its_owner_is_told(self, client, provider, mailoutbox):
        own = make_user("Saara Vanha", email="saara@liitto.example.org", password=PASSWORD)
        own.trust_email()
        answer = come_in(client, provider)
        assert (answer.url, User.objects.count()) == ("/oma/", 1)
        assert client.session["_auth_user_id"] == str(own.pk)
        own.refresh_from_db()
        assert own.name == "Saara Vanha"
        assert own.has_usable_password()
        (letter,) = mailoutbox
        assert letter.to == ["saara@liitto.example.org"]
        assert "Malliliiton tunnus" in letter.body

    def test_an_account_that_the_office_made_needs_no_code_by_letter(self, client, provider):
        own = make_user(email="saara@liitto.example.org")
        assert come_in(client, provider).url == "/oma/"
        assert client.session["_auth_user_id"] == str(own.pk)

    def test_who_had_taken_the_address_before_its_owner_came_is_shut_out(self, client, provider, log_in):
        make_user(email="saara@liitto.example.org", password="anastettu-osoite-1")
        come_in(client, provider)
        client.post(reverse("account_logout"))
        log_in(email="saara@liitto.example.org", password="anastettu-osoite-1")
        assert not is_logged_in(client)

    def test_a_later_change_of_address_at_the_provider_changes_nothing_here(self, client, provider):
        come_in(client, provider)
        client.post(reverse("account_logout"))
        victim = make_user(email="johtaja@liitto.example.org")
        provider.knows("saara", email="johtaja@liitto.example.org", email_verified=True)
        come_in(client, provider)
        person = User.objects.get(pk=client.session["_auth_user_id"])
        assert person != victim and person.email == "saara@liitto.example.org"

    def test_a_closed_account_stays_out(self, client, provider):
        make_user(email="saara@liitto.example.org", is_active=False)
        assert come_in(client, provider).url == reverse("account_inactive")
        assert not is_logged_in(client)

    def test_one_comes_to_the_page_one_wanted_and_never_to_another_site(self, client, provider):
        assert come_in(client, provider, next="/tapahtumat/").url == "/tapahtumat/"
        client.post(reverse("account_logout"))
        assert come_in(client, provider, next="https://evil.example/").url == "/oma/"

    def test_from_the_swedish_page_a_person_of_swedish_comes(self, client, provider):
        answer = come_in(client, provider, begin="/sv" + BEGIN)
        assert answer.url == "/sv/oma/"
        assert User.objects.get().language == "sv"

    def test_the_address_back_is_the_same_in_every_language(self, client, provider):
        backs = {parse_qs(urlsplit(client.post(f"{lang}{BEGIN}").url).query)["redirect_uri"][0]
                 for lang in ("", "/sv", "/en")}  # fmt: skip
        assert backs == {f"http://testserver{BACK}"}

    def test_of_the_provider_s_answer_only_the_address_is_kept(self, client, provider):
        provider.knows("saara", email="saara@liitto.example.org", email_verified=True, name="S", birthdate="1990-01-01",
                       picture="https://kuvat.example.org/s.png")  # fmt: skip
        come_in(client, provider)
        assert SocialAccount.objects.get().extra_data == {"email": "saara@liitto.example.org"}
        assert not SocialToken.objects.exists()

    @pytest.mark.parametrize("name", ["A\u0000B", "x" * 5000, 7, None, {"a": 1}, "\u0007\n"])
    def test_a_strange_name_is_made_fit_to_show(self, client, provider, name):
        provider.knows("saara", email="Saara@Liitto.Example.ORG", email_verified=True, name=name)
        assert come_in(client, provider).url == "/oma/"
        person = User.objects.get()
        assert person.email == "saara@liitto.example.org"
        assert len(person.name) <= 150 and person.name.isprintable()

    def test_a_link_starts_nobody_s_log_in(self, client, provider):
        assert client.get(BEGIN).url == reverse("account_login")

    def test_the_request_carries_state_nonce_and_proof_key(self, client, provider):
        asked = parse_qs(
            urlsplit(client.post(BEGIN + "?scope=admin&auth_params=prompt%3Dnone&process=connect").url).query
        )
        assert {"state", "nonce", "code_challenge", "client_id"} < set(asked)
        assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
        assert "prompt" not in asked
        assert len(asked["nonce"][0]) >= 32


class TestRefused:
    """A clear page in plain words, nobody logged in, nothing made, the same whether the address is known or not."""

    @pytest.mark.parametrize("is_known", [True, False])
    @pytest.mark.parametrize(
        "claims",
        [
            {"email": "saara@liitto.example.org"},
            {"email": "saara@liitto.example.org", "email_verified": False},
            {"email": "saara@liitto.example.org", "email_verified": "false"},
            {"email": "saara@liitto.example.org", "email_verified": 2},
            {"email": "saara@toinen.example.org", "email_verified": True},
            {"email": "saara@liitto.example.org.evil.example", "email_verified": True},
            {"email": "saara@sub.liitto.example.org", "email_verified": True},
            {"email": "liitto.example.org", "email_verified": True},
            {"email": "", "email_verified": True},
            {"email_verified": True},
            {"name": "Saara"},
        ],
    )
    def test_whom_the_provider_cannot_answer_for(self, client, provider, claims, is_known, mailoutbox):
        if is_known and "@" in claims.get("email", ""):
            make_user(email=claims["email"]).trust_email()
        people = User.objects.count()
        # The provider puts an address of its own where it is told of none.
        provider.knows("saara", **({"email": None} | claims))
        answer = come_in(client, provider)
        assert answer.status_code == 403
        page = text(answer)
        assert "Malliliiton tunnus" in page and f'href="{reverse("account_login")}"' in answer.content.decode()
        assert claims.get("email", "?") not in page or not claims.get("email")
        assert not is_logged_in(client)
        assert (User.objects.count(), SocialAccount.objects.count(), mailoutbox) == (people, 0, [])

    def test_the_page_tells_nothing_of_who_has_an_account(self, client, provider):
        provider.knows("saara", email="saara@toinen.example.org", email_verified=True)
        unknown = text(come_in(client, provider))
        make_user(email="saara@toinen.example.org")
        assert text(come_in(client, provider)) == unknown

    def test_who_says_no_at_the_provider_is_told_that_nothing_happened(self, client, provider):
        away = client.post(BEGIN).url
        back = urlsplit(provider.asked(away, action="deny"))
        # RFC 6749 4.1.2.1 gives the state back with a no, too; this provider forgets it.
        state = parse_qs(urlsplit(away).query)["state"][0]
        answer = client.get(f"{back.path}?{back.query}&state={state}", follow=True)
        assert answer.redirect_chain[-1][0] == reverse("socialaccount_login_cancelled")
        assert answer.status_code == 200
        assert not is_logged_in(client)

    def test_an_answer_to_somebody_else_s_question(self, client, provider):
        away = urlsplit(client.post(BEGIN).url)
        asked = parse_qs(away.query) | {"nonce": ["an-old-answer-given-to-somebody-else"]}
        forged = urlunsplit(away._replace(query=urlencode(asked, doseq=True)))
        back = provider.asked(forged, sub="saara")
        self.assert_failed(client, client.get(urlunsplit(("", "", *urlsplit(back)[2:]))))

    @pytest.mark.parametrize("change", [{"state": "forged"}, {"state": ""}, {"code": "forged"}, {"code": "\ud800"}])
    def test_a_forged_way_back(self, client, provider, change):
        back = provider.asked(client.post(BEGIN).url, sub="saara")
        asked = {key: value[0] for key, value in parse_qs(urlsplit(back).query).items()} | change
        query = urlencode(asked, errors="surrogatepass")
        answer = client.get(f"{BACK}?{query}")
        if "\ud800" in change.get("code", ""):
            assert answer.status_code == 400
        else:
            self.assert_failed(client, answer)

    def test_another_person_s_way_back(self, client, provider):
        """Log-in CSRF: the attacker's own answer opened in the victim's browser."""
        from django.test import Client

        back = provider.asked(Client().post(BEGIN).url, sub="saara")
        client.post(BEGIN)
        self.assert_failed(client, client.get(urlunsplit(("", "", *urlsplit(back)[2:]))))

    def test_the_same_way_back_twice(self, client, provider):
        back = provider.asked(client.post(BEGIN).url, sub="saara")
        path = urlunsplit(("", "", *urlsplit(back)[2:]))
        client.get(path)
        assert is_logged_in(client)
        client.post(reverse("account_logout"))
        assert client.get(path).status_code == 401
        assert not is_logged_in(client)

    def test_two_answers_of_two_people(self, client, provider, monkeypatch):
        victim = {"sub": "johtaja", "email": "johtaja@liitto.example.org", "email_verified": True}
        make_user(email="johtaja@liitto.example.org")
        monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "_fetch_user_info", lambda self, token: victim)
        self.assert_failed(client, come_in(client, provider))

    @pytest.mark.parametrize("told", [None, [], "x", {}, {"sub": None}, {"sub": "s\u0000x"}, {"sub": "s" * 500}])
    def test_a_garbled_answer(self, client, provider, monkeypatch, told):
        monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "_fetch_user_info", lambda self, token: told)
        answer = come_in(client, provider)
        assert answer.status_code in (401, 403)
        assert not is_logged_in(client)

    @staticmethod
    def assert_failed(client, answer):
        assert answer.status_code == 401
        assert "Malliliiton tunnus" in text(answer)
        assert f'href="{reverse("account_login")}"' in answer.content.decode()
        assert not is_logged_in(client)
        assert not SocialAccount.objects.exists()


class TestOutOfOrder:
    """The provider is away, slow or talks nonsense: our own log-in stays, and the page says what to do."""

    def test_it_is_away(self, client, settings):
        use(settings, "http://127.0.0.1:1")
        TestRefused.assert_failed(client, client.post(BEGIN))
        assert client.get(reverse("account_login")).status_code == 200

    def test_it_went_away_meanwhile(self, client, settings):
        with run_server_in_thread() as running:
            provider = Provider(running)
            use(settings, provider.issuer)
            back = provider.asked(client.post(BEGIN).url, sub="saara@liitto.example.org")
        TestRefused.assert_failed(client, client.get(urlunsplit(("", "", *urlsplit(back)[2:]))))

    def test_it_takes_the_call_and_never_answers(self, client, settings):
        settings.SOCIALACCOUNT_REQUESTS_TIMEOUT = 0.3
        with socket.create_server(("127.0.0.1", 0)) as silent:
            use(settings, f"http://127.0.0.1:{silent.getsockname()[1]}")
            TestRefused.assert_failed(client, client.post(BEGIN))

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, "<html>Huoltokatko</html>"), (200, "[]"), (200, "null"), (200, '{"issuer": 1}'), (500, "{}"),
            (200, '{"issuer": "https://evil.example", "authorization_endpoint": "https://evil.example/a"}'),
            (200, '{"issuer": "ISSUER", "authorization_endpoint": "javascript:alert(1)", "token_endpoint": "x"}'),
        ],
    )  # fmt: skip
    def test_it_talks_nonsense(self, client, settings, status, body):
        with talking(status, body) as issuer:
            use(settings, issuer)
            TestRefused.assert_failed(client, client.post(BEGIN))

    def test_its_description_is_asked_once(self, client, provider, monkeypatch):
        come_in(client, provider)
        asked = []
        get = requests.Session.get
        monkeypatch.setattr(requests.Session, "get", lambda self, url, **k: asked.append(url) or get(self, url, **k))
        come_in(client, provider)
        assert not [url for url in asked if "well-known" in url]


@contextmanager
def talking(status, body):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            said = body.replace("ISSUER", f"http://127.0.0.1:{self.server.server_port}").encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestSecondStep:
    @pytest.fixture
    def staff(self, settings):
        settings.SECOND_FACTOR_ROLES = ["staff"]
        own = make_user(email="saara@liitto.example.org")
        make_role(own, "staff", make_union())
        return own

    def test_who_comes_this_way_sets_up_the_second_step_too(self, client, provider, staff):
        come_in(client, provider)
        assert client.get("/oma/").url == "/tili/toinen-vaihe/"
        # Without a password there is nothing to show once more.
        assert client.get(reverse("mfa_activate_totp")).status_code == 200

    def test_who_has_one_is_asked_for_it(self, client, provider, staff):
        Authenticator.objects.create(user=staff, type="totp", data={"secret": "x"})
        assert come_in(client, provider).url == reverse("mfa_authenticate")
        assert not is_logged_in(client)

    def test_a_house_that_asks_everybody_itself_may_be_trusted(self, client, provider, staff, settings):
        use(settings, provider.issuer, trusts_mfa=True)
        come_in(client, provider)
        assert client.get("/oma/").status_code == 200

    def test_that_trust_does_not_follow_to_another_way_in(self, client, provider, staff, settings, log_in):
        use(settings, provider.issuer, trusts_mfa=True)
        come_in(client, provider)
        assert client.get("/oma/").status_code == 200
        client.post(reverse("account_logout"))
        staff.set_password(PASSWORD)
        staff.save()
        log_in(email=staff.email)
        assert is_logged_in(client)
        assert client.get("/oma/").url == "/tili/toinen-vaihe/"


class TestSettings:
    def test_the_policy_lets_the_form_lead_to_the_provider_only(self):
        providers = json.dumps([HOUSE | {"issuer": "https://tunnus.example.org/liitto/v2.0",
                                         "origins": ["https://toinen.example.org"]}])  # fmt: skip
        program = "from django.conf import settings as s; print(s.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])"
        result = start(COMPLETE | {"OIDC_PROVIDERS": providers}, "shell", "--no-imports", "-c", program)
        assert result.stdout.strip() == "[\"'self'\", 'https://tunnus.example.org', 'https://toinen.example.org']"

    @pytest.mark.parametrize("text", ["", "  "])
    def test_no_providers(self, text):
        assert read_providers(text) == []
        assert origins_of([]) == []

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"issuer": "http://tunnus.example.org"}, "https"),
            ({"domains": []}, "lacks domains"),
            ({"domains": "liitto.example.org"}, "list of texts"),
            ({"client_secret": ""}, "lacks client_secret"),
            ({"id": "Liitto 1"}, "small letters"),
            ({"id": "peruttu"}, "small letters"),
            ({"trust_mfa": True}, "unknown settings trust_mfa"),
            ({"origins": ["https://a.example.org; script-src *"]}, "origins"),
        ],
    )
    def test_a_mistake_stops_the_start_with_a_sentence(self, change, words):
        provider = HOUSE | {"issuer": "https://tunnus.example.org"} | change
        with pytest.raises(ImproperlyConfigured, match=words):
            read_providers(json.dumps([provider]))

    @pytest.mark.parametrize("text", ["{", "{}", "[1]", '"x"'])
    def test_what_is_no_list_stops_the_start(self, text):
        with pytest.raises(ImproperlyConfigured, match="JSON"):
            read_providers(text)

    def test_two_of_the_same_name(self):
        one = HOUSE | {"issuer": "https://tunnus.example.org"}
        with pytest.raises(ImproperlyConfigured, match="same id"):
            read_providers(json.dumps([one, one]))

    def test_another_claim_may_say_that_the_address_is_verified(self, client, provider, settings):
        use(settings, provider.issuer, verified_claim="xms_edov")
        provider.knows("saara", email="saara@liitto.example.org", email_verified=True)
        assert come_in(client, provider).status_code == 403
        provider.knows("saara", email="saara@liitto.example.org", xms_edov="1")
        assert come_in(client, provider).url == "/oma/"
