"""What a letter looks like on the wire: one recipient, known headers, the same words in text and HTML."""

import re

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.utils import timezone, translation

from notifications import rendering, sending
from notifications.cleaning import clean_line
from notifications.letters import Letter, absolute_url
from notifications.models import OutgoingMail

pytestmark = pytest.mark.django_db
ALLOWED = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip
FULL = Letter(
    subject="Vahvistus: hallituksen koulutus ti 12.1.2027",
    lead="Paikkasi on varattu. Tämä on <b>ensimmäinen</b> rivi.",
    button=("Näytä ilmoittautuminen", "https://portaali.example.org/ilmoittautuminen/abc?x=1&y=2"),
    facts=[("Milloin", "ti 12.1.2027 klo 17–19"), ("Missä", "Etänä"), ("Tyhjä", "")],
    paragraphs=["Jos et pääse, peru paikkasi: https://portaali.example.org/peru/abc", ".alkaa pisteellä", "x" * 2000],
    reason="Sait tämän, koska ilmoittauduit koulutukseen.",
    attachments=[("koulutus äö.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; charset=utf-8")],
)
HOSTILE = [
    "Aino\r\nBcc: uhri@example.org",
    "Aino\nSubject: toinen",
    "Aino\x00\x0b\x0c\x85\u2028Mallikas",
    "\u202eonia\u2066 Mallikas",
    "Äiti 👩‍👧‍👦 Mallikas, toinen <paha@example.org>",
    '"lainaus" \\ ja; pilkku,',
    "=?utf-8?q?Naamioitu?=",
    "x" * 5000,
    "å" * 5000,
    "\ud800 yksin",
]


def one(relay):
    (message,) = relay.messages
    assert message.defects == []
    return message


@pytest.fixture
def sent(relay, kind, write):
    def send(letter=FULL, **facts):
        kind(build=lambda mail: letter)
        assert write(**facts)
        sending.drain("now")
        assert list(OutgoingMail.objects.values_list("state", "last_error")) == [("sent", "")]
        return one(relay)

    return send


def test_a_letter_has_known_headers_text_html_and_its_attachment(sent):
    message = sent(name="Aino Mälikäs")
    assert set(message.keys()) == ALLOWED
    assert len(message.get_all("To")) == 1
    assert message["To"].addresses[0].addr_spec == "a@example.org"
    assert message["To"].addresses[0].display_name == "Aino Mälikäs"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == FULL.subject
    assert message["Content-Language"] == "fi"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
    ]  # fmt: skip
    (calendar,) = message.iter_attachments()
    assert calendar.get_filename() == "koulutus äö.ics"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_payload(decode=True) == FULL.attachments[0][1]
    for part in ("plain", "html"):
        assert all(part.defects == [] for part in message.walk())
        assert message.get_body((part,)) is not None


def words(html):
    html = re.sub(r"<head>.*?</head>", "", html, flags=re.S)
    html = re.sub(r"<!--.*?-->|<[^>]+>", " ", html)
    for sign, name in [("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")]:
        html = html.replace(name, sign)
    return " ".join(html.split())


def test_text_and_html_say_the_same(sent):
    message = sent()
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    said = words(html)
    for part in [
        FULL.subject, FULL.lead, *FULL.button, FULL.reason, *FULL.paragraphs, "Milloin", "ti 12.1.2027 klo 17–19",
    ]:  # fmt: skip
        assert " ".join(part.split()) in said
        assert part in text
    assert "Tyhjä" not in said + text
    assert '<html lang="fi"' in html
    assert html.startswith("<!DOCTYPE html><html")
    assert 'style="' in html and "<style" not in html and "class=" not in html
    assert "<b>" not in html and "{%" not in html and "{{" not in html


def test_the_layout_keeps_its_order_and_its_one_button(sent):
    html = sent().get_body(("html",)).get_content()
    order = [html.index(mark) for mark in ("<h1", "Paikkasi", "Näytä ilm", "Milloin", "Jos et", "Sait tämän")]
    assert order == sorted(order)
    assert html.count("background-color: #0b5563") == 1


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_can_add_or_break_a_header(sent, name):
    letter = Letter(subject=f"Hei {name}", lead=name)
    message = sent(letter, name=name)
    assert set(message.keys()) == ALLOWED
    assert [address.addr_spec for address in message["To"].addresses] == ["a@example.org"]
    assert len(str(message["Subject"])) <= 200
    # Python's parser leaves spaces between the encoded words of a long name (RFC 2047 6.2 says not to).
    shown = message["To"].addresses[0].display_name
    assert "".join(shown.split()) == "".join(clean_line(name, 120).split())
    assert not set(str(message["To"])) & set("\r\n\x00\u202e\u2066")


def test_lines_are_short_enough_for_any_relay(relay, sent):
    sent(name="å" * 5000)
    assert max(len(line) for line in relay.accepted[0][1].split(b"\r\n")) <= 998


def test_message_id_and_date_stay_the_same_over_retries(relay, kind, write):
    mail = write()
    relay.faults["dot"] = ["451 4.3.0 later"]
    stamps = []
    for _ in range(2):
        mail.refresh_from_db()
        OutgoingMail.objects.update(due_at=timezone.now())
        sending.drain("now")
        mail.refresh_from_db()
        stamps.append(mail.dated_at)
    assert stamps[0] == stamps[1]
    message = one(relay)
    assert message["Message-ID"] == rendering.message_id(mail)
    assert message["Date"].datetime == mail.dated_at.replace(microsecond=0)


def test_one_click_unsubscribing_is_offered_where_the_kind_has_it(relay, kind, write):
    kind(unsubscribable=True, build=lambda mail: Letter("x", "y", unsubscribe_url="https://p.example.org/lopeta/abc"))
    write()
    sending.drain("now")
    message = one(relay)
    assert message["List-Unsubscribe"] == "<https://p.example.org/lopeta/abc>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_an_address_in_a_foreign_script_travels_in_ascii(relay, kind, write):
    write(to="aino@mällilä.example")
    sending.drain("now")
    assert relay.recipients == ["aino@xn--mllil-grae.example"]


@pytest.mark.parametrize(
    ("path", "language", "url"),
    [
        ("/tapahtumat/1/", "fi", "/tapahtumat/1/"),
        ("/tapahtumat/1/", "sv", "/sv/tapahtumat/1/"),
        ("/sv/tapahtumat/1/", "fi", "/tapahtumat/1/"),
        ("/en/tapahtumat/1/", "sv", "/sv/tapahtumat/1/"),
        ("/svampar/", "en", "/en/svampar/"),
    ],
)
def test_links_lead_to_the_readers_language(settings, path, language, url):
    settings.SITE_URL = "https://portaali.example.org"
    assert absolute_url(path, language) == f"https://portaali.example.org{url}"


# --- Django's own e-mail ----------------------------------------------------------------------------------------


@pytest.fixture
def outbox(settings):
    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"


def test_djangos_mail_is_a_row_that_is_emptied_once_sent(relay, outbox):
    with translation.override("sv"):
        assert send_mail("Koodi", "Koodisi on 123456.\n\nÄlä kerro sitä.", None, ["Aino Mällikäs <a@example.org>"]) == 1
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.to, mail.name, mail.language) == ("due", "a@example.org", "Aino Mällikäs", "sv")
    assert b"123456" in bytes(mail.content)
    sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, mail.content) == ("sent", None)
    message = one(relay)
    assert set(message.keys()) == ALLOWED
    assert "123456" in message.get_body(("plain",)).get_content()
    assert "123456" in message.get_body(("html",)).get_content()


def test_each_recipient_gets_a_letter_of_their_own_and_sees_no_other(relay, outbox):
    message = EmailMultiAlternatives("Hei", "teksti", to=["a@example.org"], cc=["b@example.org"], bcc=["c@example.org"])
    message.attach_alternative('<html lang="sv"><p>html</p></html>', "text/html")
    message.attach("a.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.send()
    sending.drain("now")
    assert sorted((message["To"], message["Content-Language"]) for message in relay.messages) == [
        ("a@example.org", "sv"), ("b@example.org", "sv"), ("c@example.org", "sv"),
    ]  # fmt: skip
    assert all(len(recipients) == 1 for recipients, _ in relay.accepted)
    assert all(next(message.iter_attachments()).get_filename() == "a.ics" for message in relay.messages)


def test_an_html_only_mail_gets_a_text_and_a_new_line_in_its_subject_is_refused(relay, outbox):
    message = EmailMessage("Hei", "<p>Moi <b>sinä</b></p>", to=["a@example.org"])
    message.content_subtype = "html"
    message.send()
    sending.drain("now")
    assert one(relay).get_body(("plain",)).get_content().strip() == "Moi sinä"
    with pytest.raises(ValueError):
        send_mail("Hei\nBcc: uhri@example.org", "x", None, ["a@example.org"])
    assert OutgoingMail.objects.count() == 1
