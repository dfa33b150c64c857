"""Letters go out once, and what goes wrong on the way has its own ending."""

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications import breaker, sending, smtp, sweeping
from notifications.letters import Letter, queue_letters, withdraw_letters
from notifications.models import OutgoingMail, Relay, SuppressedAddress
from tests.notifications.conftest import let_leases_end, make_due, states

pytestmark = [pytest.mark.django_db, pytest.mark.servers]
HOUR = datetime.timedelta(hours=1)


def test_a_letter_is_sent_once_however_often_we_drain(relay, write):
    mail = write()
    for _ in range(3):
        sending.drain("now")
    mail.refresh_from_db()
    assert relay.recipients == ["a@example.org"]
    assert (mail.state, mail.attempts, mail.relay_reply) == ("sent", 1, "250 2.0.0 queued as Q1")
    assert mail.subject == "Asia 1"


def test_a_key_is_written_once(write):
    assert write() is not None
    assert write() is None
    assert OutgoingMail.objects.count() == 1


def test_a_letter_of_a_cause_that_did_not_happen_does_not_exist(relay, write):
    with pytest.raises(ZeroDivisionError):
        with transaction.atomic():
            write()
            raise ZeroDivisionError
    sending.drain("now")
    assert OutgoingMail.objects.count() == 0
    assert relay.accepted == []


def test_many_letters_travel_on_few_connections_and_each_arrives_once(relay, kind):
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(230)])
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(230)])
    assert sending.drain("now") is False
    assert sorted(relay.recipients) == sorted(f"p{n}@example.org" for n in range(230))
    assert set(states()) == {"sent"}
    assert relay.connections == sending.HAND


def test_a_connection_that_has_carried_many_letters_is_renewed(relay, kind, monkeypatch):
    monkeypatch.setattr(smtp, "LETTERS_PER_CONNECTION", 2)
    monkeypatch.setattr(sending, "HAND", 8)
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(48)])
    sending.drain("now")
    assert len(relay.accepted) == 48
    assert relay.connections == 24


def test_a_kept_connection_that_died_is_replaced_without_costing_an_attempt(relay, kind, monkeypatch):
    monkeypatch.setattr(sending, "HAND", 8)
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(9)])
    relay.faults["mail"] = [None] * 8 + ["drop"]
    sending.drain("now")
    assert states() == ["sent"] * 9
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def test_bulk_letters_wait_for_their_own_sender(relay, kind, write):
    kind(queue="bulk")
    write()
    sending.drain("now")
    assert states() == ["due"]
    sending.drain("bulk")
    assert states() == ["sent"]


def test_a_letter_for_later_waits(relay, write):
    write(due_at=timezone.now() + HOUR)
    sending.drain("now")
    assert states() == ["due"]


def test_a_letter_goes_out_in_its_readers_language(relay, kind, write):
    from django.utils.translation import get_language

    kind(build=lambda mail: Letter(subject=get_language(), lead="x"))
    for language in ("fi", "sv", "en", "xx"):
        write(language, language=language)
    sending.drain("now")
    assert sorted(message["Subject"] for message in relay.messages) == ["en", "fi", "fi", "sv"]


# --- Faults -----------------------------------------------------------------------------------------------------

BEFORE_THE_DOT = [
    ("mail", "451 4.3.0 later", "due"),
    ("mail", "550 5.7.1 sender refused", "due"),
    ("mail", "552 5.3.4 too big", "failed"),
    ("mail", "hang", "due"),
    ("mail", "drip", "due"),
    ("rcpt", "450 4.2.0 greylisted", "due"),
    ("rcpt", "550 5.1.1 no such user", "failed"),
    ("rcpt", "drop", "due"),
    ("data", "451 4.3.0 later", "due"),
    ("data", "554 5.5.1 no", "failed"),
    ("data", "hang", "due"),
    ("data", "drop", "due"),
    ("mail", "421 4.3.2 closing", "due"),
    ("rcpt", "421 4.3.2 closing", "due"),
]


@pytest.mark.parametrize(("phase", "fault", "state"), BEFORE_THE_DOT)
def test_a_fault_before_the_dot_delivers_nothing(relay, write, phase, fault, state):
    mail = write()
    relay.faults[phase] = [fault]
    sending.drain("now")
    mail.refresh_from_db()
    assert relay.accepted == []
    assert (mail.state, mail.attempts) == (state, 1)
    assert mail.last_error
    if state == "due":
        wait = (mail.due_at - timezone.now()).total_seconds()
        assert 40 < wait < 75
        make_due()
        sending.drain("now")
        mail.refresh_from_db()
        assert (mail.state, mail.last_error, relay.recipients) == ("sent", "", ["a@example.org"])


@pytest.mark.parametrize("fault", ["hang", "drop"])
def test_silence_after_the_dot_is_unknown_and_never_failed(relay, write, fault):
    mail = write()
    relay.faults["dot"] = [fault]
    sending.drain("now")
    mail.refresh_from_db()
    assert mail.state == "handover"
    sweeping.sweep(timezone.now())
    sending.drain("now")
    mail.refresh_from_db()
    assert mail.state == "handover"
    let_leases_end()
    assert sweeping.sweep(timezone.now())["held"] == 1
    sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, len(relay.accepted)) == ("unknown", 1)


def test_a_kind_may_ask_to_send_once_more_when_in_doubt_but_only_once_and_while_useful(relay, kind, write):
    kind(when_unknown="resend")
    soon, later = write("soon", expires_at=timezone.now() + HOUR), write("later")
    for expected in (["unknown", "due"], ["unknown", "unknown"]):
        relay.faults["dot"] = ["drop", "drop"]
        Relay.objects.all().delete()
        sending.drain("now")
        let_leases_end()
        sweeping.sweep(timezone.now())
        assert states() == expected
    assert [relay.recipients.count(mail.to) for mail in (soon, later)] == [1, 2]
    ids = {message["Message-ID"] for message in relay.messages if message["To"] == later.to}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("answer", "state"), [("451 4.3.0 later", "due"), ("554 5.6.0 refused", "failed"), ("250 then drop", "sent")]
)
def test_an_answer_after_the_dot_is_believed(relay, write, answer, state):
    write()
    relay.faults["dot"] = [answer]
    sending.drain("now")
    assert states() == [state]


def test_one_silent_answer_does_not_keep_its_neighbours_in_doubt(relay, write, settings):
    settings.EMAIL_FINAL_TIMEOUT = 1.2
    for n in range(4):
        write(f"k{n}")
    relay.faults["dot"] = ["hang"]
    seen = []

    def look():
        relay.wait_for(4)
        import time

        time.sleep(0.7)
        seen.extend(sorted(states()))
        connection.close()

    watcher = threading.Thread(target=look)
    if connection.in_atomic_block:
        # Within the test's transaction no other thread sees the rows; the order of the stamps tells the same.
        stamped = []
        original = sending._stamp_answers
        sending._stamp_answers = lambda heard: (stamped.append(len(heard)), original(heard))
        try:
            sending.drain("now")
        finally:
            sending._stamp_answers = original
        assert stamped[-1] == 1 and sum(stamped) == 4 and len(stamped) >= 2
    else:
        watcher.start()
        sending.drain("now")
        watcher.join()
        assert seen == ["handover", "sent", "sent", "sent"]
    assert sorted(states()) == ["handover", "sent", "sent", "sent"]


def test_a_relay_that_is_away_costs_no_attempt_and_is_knocked_at_twice_a_minute(settings, relay, write):
    mail = write()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for _ in range(5):
        sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("due", 0)
    assert Relay.objects.get().down_since is not None
    now = Relay.objects.get().next_try_at
    assert [breaker.may_connect(now + datetime.timedelta(seconds=s)) for s in (-1, 0, 1, 29, 30, 31)] == [
        False, True, False, False, True, False,
    ]  # fmt: skip
    settings.EMAIL_PORT = port
    Relay.objects.update(next_try_at=timezone.now())
    sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("sent", 1)
    assert breaker.down_since() is None


def test_a_refused_log_in_opens_the_breaker(settings, write):
    from tests.notifications.sink import Sink

    sink = Sink(auth=("portal", "right"))
    sink.start()
    try:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", sink.port, 5
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "wrong"
        mail = write()
        sending.drain("now")
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, sink.accepted) == ("due", 0, [])
        assert "535" in Relay.objects.get().last_error
        settings.EMAIL_HOST_PASSWORD = "right"
        Relay.objects.update(next_try_at=timezone.now())
        sending.drain("now")
        assert states() == ["sent"]
    finally:
        sink.stop()


def test_a_relay_that_falls_silent_for_all_is_left_in_peace(relay, kind):
    """Else every further hand would be in doubt too."""
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(30)])
    relay.faults["dot"] = ["drop"] * 30
    sending.drain("now")
    assert sorted(states()) == ["due"] * (30 - sending.HAND) + ["handover"] * sending.HAND
    assert breaker.down_since() is not None


def test_back_off_grows_and_scatters(kind, write):
    mail = write()
    for attempts, minutes in [(1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (9, 60)]:
        mail.attempts = attempts
        waits = {(sending._later(mail) - timezone.now()).total_seconds() / 60 for _ in range(20)}
        assert minutes * 0.79 <= min(waits) < max(waits) <= minutes * 1.21


# --- Building ---------------------------------------------------------------------------------------------------


def test_a_letter_that_cannot_be_built_fails_alone_and_at_last_for_good(relay, kind, write):
    def build(mail):
        if mail.about == 13:
            raise ValueError("no such event")
        return Letter(subject="x", lead="y")

    kind(build=build)
    bad = write("bad", about=13)
    write("good", about=1)
    for _ in range(7):
        make_due()
        sending.drain("now")
    bad.refresh_from_db()
    assert (bad.state, bad.attempts, bad.last_error) == ("failed", 5, "ValueError: no such event")
    assert relay.recipients == ["good@example.org"]


def test_a_letter_whose_kind_is_gone_waits_and_then_fails(relay, write):
    mail = write()
    OutgoingMail.objects.update(kind="no-such-kind")
    sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == ("due", 1)


def test_an_address_that_is_none_fails_without_harming_its_cause(relay, write):
    mail = write(to="not an address")
    sending.drain("now")
    mail.refresh_from_db()
    assert (mail.state, relay.accepted) == ("failed", [])


def test_many_letters_are_loaded_and_asked_for_at_once(relay, kind, write):
    calls = []
    kind(
        load=lambda mails: calls.append(("load", len(mails))),
        wanted_among=lambda mails: [mail.pk for mail in mails if mail.about != 2],
    )
    for n in range(4):
        write(f"k{n}", about=n)
    sending.drain("now")
    assert calls == [("load", 4)]
    assert states() == ["sent", "sent", "cancelled", "sent"]


def test_sending_asks_few_queries_a_letter(relay, kind, django_assert_max_num_queries):
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(80)])
    with django_assert_max_num_queries(60):
        sending.drain("now")
    assert len(relay.accepted) == 80


# --- The last look ----------------------------------------------------------------------------------------------


def test_a_withdrawn_letter_is_not_sent(relay, write):
    write("old", revision=1, about=7)
    write("new", revision=2, about=7)
    write("other", revision=1, about=8)
    assert withdraw_letters("test", about=7, revision_below=2, now=timezone.now()) == 1
    sending.drain("now")
    assert states() == ["cancelled", "sent", "sent"]
    assert withdraw_letters("test", about=7, now=timezone.now()) == 0


def test_a_letter_withdrawn_after_its_claim_is_not_sent(relay, kind, write):
    def build(mail):
        withdraw_letters("test", about=mail.about, now=timezone.now())
        return Letter(subject="x", lead="y")

    kind(build=build)
    write()
    sending.drain("now")
    assert (states(), relay.accepted) == (["cancelled"], [])


def test_a_letter_that_nobody_wants_any_more_is_not_sent(relay, kind, write):
    kind(wanted=lambda mail: mail.about == 1)
    write("wanted", about=1)
    write("unwanted", about=2)
    sending.drain("now")
    assert states() == ["sent", "cancelled"]
    assert relay.recipients == ["wanted@example.org"]


def test_a_question_that_fails_in_the_last_look_holds_its_own_letter_only(relay, kind, write):
    def wanted(mail):
        if mail.about == 2:
            OutgoingMail.objects.raw("SELECT nonsense")[0]
        return True

    kind(wanted=wanted)
    write("good", about=1)
    bad = write("bad", about=2)
    sending.drain("now")
    bad.refresh_from_db()
    assert states() == ["sent", "due"]
    assert "nonsense" in bad.last_error and bad.attempts == 1


def test_a_letter_that_came_too_late_is_not_sent(relay, kind, write):
    def build(mail):
        OutgoingMail.objects.update(expires_at=timezone.now())
        mail.expires_at = timezone.now()
        return Letter(subject="x", lead="y")

    kind(build=build)
    write("underway")
    write("waiting", expires_at=timezone.now() - HOUR)
    sending.drain("now")
    sweeping.sweep(timezone.now())
    assert (states(), relay.accepted) == (["expired", "expired"], [])


def test_nothing_goes_to_a_blocked_address(relay, write):
    SuppressedAddress.objects.create(address="A@Example.org")
    write("A")
    sending.drain("now")
    assert (states(), relay.accepted) == (["suppressed"], [])


# --- Killed senders ---------------------------------------------------------------------------------------------


def test_a_sender_killed_before_the_hand_over_sends_nothing_and_its_letters_are_due_again(relay, write, monkeypatch):
    write()

    def die(lines):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "hand_over", die)
        with pytest.raises(KeyboardInterrupt):
            sending.drain("now")
    assert (states(), relay.accepted) == (["claimed"], [])
    sending.drain("now")
    assert states() == ["claimed"]
    let_leases_end()
    assert sweeping.sweep(timezone.now())["back"] == 1
    sending.drain("now")
    assert (states(), len(relay.accepted)) == (["sent"], 1)


def test_a_late_yes_counts_although_the_sweep_had_doubts(relay, write, monkeypatch):
    write()
    original = sending._stamp_answers

    def late(heard):
        let_leases_end()
        sweeping.sweep(timezone.now())
        assert states() == ["unknown"]
        original(heard)

    monkeypatch.setattr(sending, "_stamp_answers", late)
    sending.drain("now")
    assert states() == ["sent"]


def overtaken(monkeypatch):
    """A sender stalls after its claim; its lease ends, another sends the letter, then the first wakes up."""
    original = sending.hand_over

    def stalled(lines):
        monkeypatch.setattr(sending, "hand_over", original)
        let_leases_end()
        sweeping.sweep(timezone.now())
        make_due()
        sending.drain("now")
        return original(lines)

    monkeypatch.setattr(sending, "hand_over", stalled)
    sending.drain("now")


def test_a_sender_that_was_overtaken_does_not_send_again(relay, write, monkeypatch):
    write()
    overtaken(monkeypatch)
    assert (states(), relay.recipients) == (["sent"], ["a@example.org"])


def test_without_the_token_check_the_overtaken_sender_does_send_again(relay, write, monkeypatch):
    """Negative control: the test above sees a duplicate when there is one."""
    write()
    monkeypatch.setattr(sending, "STILL_MINE", "TRUE")
    overtaken(monkeypatch)
    assert relay.recipients == ["a@example.org", "a@example.org"]


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_time_share_the_letters_and_send_each_once(relay, kind, settings):
    settings.EMAIL_TIMEOUT = settings.EMAIL_FINAL_TIMEOUT = 5
    queue_letters("test", [{"key": f"k{n}", "to": f"p{n}@example.org", "about": n} for n in range(300)])
    start, shares = threading.Barrier(3), []

    def send():
        start.wait()
        sending.drain("now")
        connection.close()
        shares.append(1)

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    assert len(shares) == 3
    assert sorted(relay.recipients) == sorted(f"p{n}@example.org" for n in range(300))
    assert set(states()) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_we_talk_to_the_relay(relay, write, monkeypatch):
    seen = []
    for name in ("begin", "finish"):
        original = getattr(smtp, name)

        def spy(*args, original=original):
            seen.append(connection.in_atomic_block)
            return original(*args)

        monkeypatch.setattr(smtp, name, spy)
    write()
    sending.drain("now")
    assert seen == [False, False]


@pytest.mark.django_db(transaction=True)
def test_whoever_withdraws_a_letter_is_never_waited_for(relay, write):
    """A cancellation that is just being committed holds the row: the sender passes it over and tries later."""
    write()
    with transaction.atomic():
        OutgoingMail.objects.select_for_update().get()
        sender = threading.Thread(target=lambda: (sending.drain("now"), connection.close()))
        sender.start()
        sender.join(5)
        assert not sender.is_alive()
        withdraw_letters("test", about=1, now=timezone.now())
    sending.drain("now")
    assert (states(), relay.accepted) == (["cancelled"], [])


def test_old_letters_are_deleted_and_open_ones_kept(write):
    for key, state, days in [("old", "sent", 91), ("young", "sent", 89), ("open", "due", 91)]:
        mail = write(key)
        created = timezone.now() - datetime.timedelta(days=days)
        OutgoingMail.objects.filter(pk=mail.pk).update(state=state, created_at=created)
    assert OutgoingMail.objects.purge_old(now=timezone.now()) == 1
    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == ["test:open", "test:young"]
