"""Staff see what was sent in their union's matters, why something is stuck, and can send it again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import mailbox, sending
from notifications.letters import Letter
from notifications.models import OutgoingMail
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def union():
    return make.make_union()


@pytest.fixture
def staff(client, union):
    person = make.make_staff(union)
    client.force_login(person)
    return person


def stuck(write, key="a", **facts):
    state = facts.pop("state", "failed")
    mail = write(key, **facts)
    OutgoingMail.objects.filter(pk=mail.pk).update(state=state, last_error="550 5.1.1 no such user")
    mail.refresh_from_db()
    return mail


def test_staff_see_the_letters_of_their_union_only(client, staff, union, write):
    other = make.make_union("Toinen liitto ry")
    write("own", union=union.pk)
    write("foreign", union=other.pk)
    write("nobodys")
    page = client.get(reverse("letters:letter_list")).content.decode()
    assert "own@example.org" in page
    assert "foreign@example.org" not in page and "nobodys@example.org" not in page


def test_an_administrator_sees_every_letter(client, write, union):
    write("own", union=union.pk)
    write("nobodys")
    client.force_login(make.make_administrator())
    page = client.get(reverse("letters:letter_list")).content.decode()
    assert "own@example.org" in page and "nobodys@example.org" in page


@pytest.mark.parametrize(("query", "found"), [("tila=failed", "bad"), ("tila=katso", "bad"), ("osoite=GOOD@", "good"),
                                              ("tila=nonsense&osoite=%25_&page=x", None)])  # fmt: skip
def test_the_list_is_limited_by_state_and_address(client, staff, union, write, query, found):
    write("good", union=union.pk)
    stuck(write, "bad", union=union.pk)
    page = client.get(reverse("letters:letter_list") + "?" + query)
    assert page.status_code == 200
    if found:
        content = page.content.decode()
        assert f"{found}@example.org" in content
        assert ("good" if found == "bad" else "bad") + "@example.org" not in content


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_asks_no_more_queries(client, staff, union, write, rows, django_assert_max_num_queries):
    for n in range(rows):
        write(f"k{n}", union=union.pk)
    with django_assert_max_num_queries(8):
        client.get(reverse("letters:letter_list"))


@pytest.mark.parametrize("rows", [1, 3])
def test_what_failed_is_sent_again_from_the_list_without_more_queries(
    client, staff, union, write, rows, django_assert_max_num_queries
):
    for n in range(rows):
        stuck(write, f"k{n}", union=union.pk)
    write("good", union=union.pk)
    with django_assert_max_num_queries(8):
        page = client.get(reverse("letters:letter_list")).content.decode()
    assert page.count("/uudelleen/") == rows


def test_a_letter_shows_its_fault_and_its_words_but_no_link(client, staff, union, kind, write):
    secret = "https://portaali.example.org/peru/avain"
    kind(build=lambda mail: Letter("Vahvistus", "Tervetuloa", ("Peru", secret), paragraphs=[f"Peru: {secret} heti"]))
    mail = stuck(write, union=union.pk)
    page = client.get(reverse("letters:letter", args=[mail.pk])).content.decode()
    assert "no such user" in page and "Tervetuloa" in page
    assert "avain" not in page


def test_a_stuck_letter_goes_out_again_once(client, staff, union, relay, write):
    mail = stuck(write, union=union.pk)
    for _ in range(2):
        client.post(reverse("letters:letter_resend", args=[mail.pk]))
    sending.drain("now")
    assert relay.recipients == ["a@example.org"]
    mail.refresh_from_db()
    assert mail.state == "sent"


def test_of_a_sent_letter_a_copy_goes_out(client, staff, union, relay, write):
    mail = write(union=union.pk)
    sending.drain("now")
    answer = client.post(reverse("letters:letter_resend", args=[mail.pk]))
    sending.drain("now")
    assert relay.recipients == ["a@example.org"] * 2
    first, second = (message["Message-ID"] for message in relay.messages)
    assert first != second
    assert answer.url == reverse("letters:letter", args=[OutgoingMail.objects.first().pk])


@pytest.mark.parametrize("state", ["due", "claimed", "handover", "cancelled"])
def test_a_letter_on_its_way_or_withdrawn_is_not_sent_again(client, staff, union, write, state):
    mail = stuck(write, union=union.pk, state=state)
    assert client.post(reverse("letters:letter_resend", args=[mail.pk])).status_code == 403
    mail.refresh_from_db()
    assert mail.state == state


def test_a_sent_code_cannot_be_sent_again(client, union, settings, relay):
    from django.core.mail import send_mail

    settings.EMAIL_BACKEND = "notifications.backend.OutboxBackend"
    send_mail("Koodi", "123456", None, ["a@example.org"])
    sending.drain("now")
    client.force_login(make.make_administrator())
    mail = OutgoingMail.objects.get()
    page = client.get(reverse("letters:letter", args=[mail.pk]))
    assert page.status_code == 200 and "123456" not in page.content.decode()
    assert client.post(reverse("letters:letter_resend", args=[mail.pk])).status_code == 403


def test_caught_letters_have_safe_names(tmp_path, settings):
    settings.LOCAL_DIR = tmp_path
    now = timezone.now()
    for address in ["a@example.org", "../../etc/passwd@x", "Ä ö\n@x", ""]:
        name = mailbox.file_name(now, address)
        assert mailbox.NAME.fullmatch(name), name
    assert mailbox.read("../secret.eml") is None
    assert mailbox.caught() == []


def test_the_catcher_writes_each_letter_to_a_file_and_stops_when_told(tmp_path):
    import os
    import signal
    import smtplib
    import socket
    import subprocess
    import sys
    import time

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Django's own settings need no servers here: the command touches neither database nor queue.
    environment = os.environ | {"LOCAL_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "tests.notifications.bare"}
    command = [sys.executable, "-m", "django", "catch_mail", "--port", str(port)]
    catcher = subprocess.Popen(
        command, env=environment | {"PYTHONPATH": os.getcwd()}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert "Catching" in catcher.stdout.readline()
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("p@example.org", ["a@example.org"], b"Subject: Hei\r\n\r\nMoi\r\n")
        (caught,) = (tmp_path / "mail").iterdir()
        assert caught.read_bytes().startswith(b"Subject: Hei")
    finally:
        catcher.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert catcher.wait(5) == 0
        assert time.monotonic() - started < 5
        catcher.stdout.close()
