"""Sending: claim → talk → hand over → dot → stamp. docs/delivery.md says why in this order.

A *hand* is a few letters that go side by side. At any kill of this process at most one hand is in doubt.
"""

import random
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone, translation

from notifications import breaker, smtp
from notifications.letters import kind_of
from notifications.models import OutgoingMail, SuppressedAddress
from notifications.rendering import render, sender_address

HAND = 16
BACK_OFF = (1, 5, 15, 30, 60)  # minutes
BUILD_TRIES = 5
# Longer than any relay takes to accept a letter, so the sweep judges no letter that is still being taken.
HANDOVER_LEASE = timedelta(minutes=15)

log = structlog.get_logger(__name__)

# Inside the hand-over: is the row still this sender's own? (The tests switch it off to see a duplicate.)
STILL_MINE = """
    (mail.id, mail.token) IN (SELECT * FROM unnest(%(ids)s::bigint[], %(tokens)s::int[]))
    AND mail.state = 'claimed' AND mail.lease_until > %(now)s
"""


class RelayDown(Exception):
    """The relay does not take letters at all."""


def drain(queue="now", *, seconds=30):
    """Send due letters of ``queue`` until none is left or the time is over. True when some may be left."""
    stop = time.monotonic() + seconds
    lines = Lines()
    try:
        while time.monotonic() < stop:
            now = timezone.now()
            if not breaker.may_connect(now):
                return False
            mails = OutgoingMail.objects.claim(queue, now=now)
            if not mails:
                return False
            if not _send_batch(mails, lines):
                return False
        return True
    finally:
        lines.close()


def _send_batch(mails, lines):
    """Send claimed letters hand by hand; False when the relay turned out to be down."""
    _load(mails)
    hands = [mails[start : start + HAND] for start in range(0, len(mails), HAND)]
    built = _messages(hands[0])
    for number, _ in enumerate(hands):
        left = [mail for hand in hands[number:] for mail in hand]
        if left[0].lease_until - timezone.now() < timedelta(seconds=30):
            # The relay is slow: what this claim cannot finish in time is claimed anew.
            OutgoingMail.objects.release(left)
            return True
        following = []

        def build_following(number=number, following=following):
            if number + 1 < len(hands):
                following.extend(_messages(hands[number + 1]))

        try:
            _send_hand(built, lines, meanwhile=build_following)
        except RelayDown as fault:
            breaker.trip(timezone.now(), fault)
            OutgoingMail.objects.release(left)
            return False
        built = following
    return True


def _load(mails):
    """Let each kind fetch what its letters are about, once for all of them."""
    by_kind = {}
    for mail in mails:
        by_kind.setdefault(kind_of(mail), []).append(mail)
    for kind, letters in by_kind.items():
        if kind and kind.load:
            try:
                kind.load(letters)
            except Exception:
                # Each build will fetch for itself, and a faulty one fail for itself.
                log.exception("letter_load_failed", kind=kind.name)


def _messages(mails):
    return [(mail, message) for mail in mails if (message := _message(mail))]


def _message(mail):
    """The bytes of a letter, or None when it could not be built (and its row says so)."""
    with structlog.contextvars.bound_contextvars(request_id=mail.request_id), translation.override(mail.language):
        try:
            return render(mail)
        except Exception as fault:
            log.exception("letter_build_failed", mail=mail.pk, kind=mail.kind)
            _stamp_build_fault(mail, fault)
            return None


def _send_hand(messages, lines, meanwhile):
    """Send a few letters side by side; ``meanwhile`` is called once while the relay takes them."""
    hand = lines.begin(messages)
    for line in hand:
        if line.outcome in ("retry", "failed"):
            _stamp_refusal(line)
    ready = [line for line in hand if line.is_alive]
    granted = hand_over(ready) if ready else []
    for line in ready:
        if line not in granted:
            line.drop()
    for heard in smtp.finish(granted, meanwhile):
        _stamp_answers(heard)
    if trouble := [line for line in hand if line.outcome == "relay"]:
        raise RelayDown(trouble[0].text)
    # Silence on every line: were we to go on, each further hand would hang or be in doubt as well.
    if len(hand) > 1 and all(line.outcome == "retry" and line.connection.sock is None for line in hand):
        raise RelayDown(hand[0].text)


class Lines:
    """The connections of one drain: opened when needed, kept, renewed after many letters."""

    def __init__(self):
        self.free = []

    def begin(self, messages):
        """Talk each letter through up to the dot. A kept connection that has died since is replaced once."""
        kept = set(map(id, self.free))
        hand = [smtp.Line(self._connection(), mail, message) for mail, message in messages]
        smtp.begin(hand, sender_address())
        stale = [
            line
            for line in hand
            if line.outcome == "retry" and line.connection.sock is None and id(line.connection) in kept
        ]
        if stale:
            again = [smtp.Line(self._connect(), line.mail, line.message) for line in stale]
            smtp.begin(again, sender_address())
            hand = [line for line in hand if line not in stale] + again
        self.free.extend(line.connection for line in hand)
        return hand

    def _connection(self):
        while self.free:
            connection = self.free.pop()
            if connection.sock is None:
                continue
            if connection.letters < smtp.LETTERS_PER_CONNECTION:
                return connection
            _quit(connection)
        return self._connect()

    def _connect(self):
        try:
            connection = smtp.connect()
        except Exception as fault:
            raise RelayDown(f"{type(fault).__name__}: {fault}") from fault
        breaker.mend(timezone.now())
        return connection

    def close(self):
        for connection in self.free:
            if connection.sock is not None:
                _quit(connection)
        self.free = []


def _quit(connection):
    try:
        connection.wait_at_most(2)
        connection.quit()
    except Exception:
        connection.close()


def hand_over(lines):
    """The last look before the dots: the lines whose letters are still ours, wanted, in time and welcome.

    Commits before anything is sent, so a letter that went out always left a trace.
    """
    try:
        with transaction.atomic(durable=True):
            granted = _grant(lines)
            unwanted = _unwanted([line.mail for line in granted])
            if unwanted:
                OutgoingMail.objects.filter(pk__in=unwanted).update(state="cancelled", lease_until=None)
    except Exception as fault:
        if len(lines) == 1:
            log.exception("letter_handover_failed", mail=lines[0].mail.pk, kind=lines[0].mail.kind)
            _stamp_build_fault(lines[0].mail, fault)
            return []
        # One letter's fault must not hold its neighbours: ask for each alone.
        return [line for each in lines for line in hand_over([each])]
    granted = [line for line in granted if line.mail.pk not in unwanted]
    if len(granted) < len(lines):
        _stamp_left_behind([line.mail for line in lines if line not in granted and line.mail.pk not in unwanted])
    return granted


def _grant(lines):
    now = timezone.now()
    facts = {
        "ids": [line.mail.pk for line in lines],
        "tokens": [line.mail.token for line in lines],
        "now": now,
        "lease": now + max(HANDOVER_LEASE, timedelta(seconds=settings.EMAIL_FINAL_TIMEOUT + 300)),
    }
    with database.cursor() as cursor:
        # SKIP LOCKED: a row that somebody is just withdrawing is not waited for (and never deadlocks them).
        cursor.execute(
            f"""
            UPDATE notifications_outgoingmail SET state = 'handover', lease_until = %(lease)s
            WHERE id IN (
                SELECT mail.id FROM notifications_outgoingmail mail
                WHERE mail.id = ANY(%(ids)s) AND {STILL_MINE} AND mail.expires_at > %(now)s
                AND NOT EXISTS (SELECT 1 FROM notifications_suppressedaddress blocked
                                WHERE blocked.address = lower(mail."to"))
                FOR UPDATE OF mail SKIP LOCKED)
            RETURNING id
            """,  # noqa: S608 (a constant)
            facts,
        )
        mine = {row[0] for row in cursor.fetchall()}
    return [line for line in lines if line.mail.pk in mine]


def _unwanted(mails):
    """Primary keys of the letters that nobody wants any more."""
    unwanted, by_kind = set(), {}
    for mail in mails:
        kind = kind_of(mail)
        if kind and kind.wanted_among:
            by_kind.setdefault(kind, []).append(mail)
        elif kind and kind.wanted and not kind.wanted(mail):
            unwanted.add(mail.pk)
    for kind, letters in by_kind.items():
        unwanted |= {mail.pk for mail in letters} - set(kind.wanted_among(letters))
    return unwanted


def _stamp_answers(heard):
    now = timezone.now()
    sent = [(line, text) for line, code, text in heard if 200 <= code < 300]
    if sent:
        with database.cursor() as cursor:
            # A late yes counts too: the sweep may have begun to doubt the letter meanwhile.
            cursor.execute(
                """
                UPDATE notifications_outgoingmail mail
                SET state = 'sent', sent_at = %s, relay_reply = heard.reply, subject = heard.subject,
                    lease_until = NULL, content = NULL, last_error = ''
                FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[]) AS heard(id, token, reply, subject)
                WHERE mail.id = heard.id AND mail.token = heard.token
                      AND mail.state IN ('handover', 'unknown', 'due')
                """,
                [
                    now,
                    [line.mail.pk for line, _ in sent],
                    [line.mail.token for line, _ in sent],
                    [text[:500].replace("\x00", "") for _, text in sent],
                    [line.mail.subject for line, _ in sent],
                ],
            )
        log.info(
            "letters_sent",
            count=len(sent),
            mails=[line.mail.pk for line, _ in sent],
            request_ids=sorted({line.mail.request_id for line, _ in sent} - {""}),
        )
    for line, code, text in heard:
        if code == 0:
            # Nobody knows: the row stays where it is and the sweep decides by the kind's rule.
            _update(line.mail, "handover", last_error=text)
            log.warning("letter_in_doubt", mail=line.mail.pk, kind=line.mail.kind)
        elif code >= 500:
            line.end("failed", text)
            _stamp_refusal(line, "handover")
        elif code >= 300:
            line.end("retry", text)
            _stamp_refusal(line, "handover")


def _stamp_refusal(line, state="claimed"):
    if line.outcome == "failed":
        _update(line.mail, state, state="failed", lease_until=None, last_error=line.text)
    else:
        _update(line.mail, state, state="due", lease_until=None, last_error=line.text, due_at=_later(line.mail))
    with structlog.contextvars.bound_contextvars(request_id=line.mail.request_id):
        log.warning("letter_refused", mail=line.mail.pk, kind=line.mail.kind, outcome=line.outcome)


def _stamp_build_fault(mail, fault):
    text = f"{type(fault).__name__}: {fault}"
    if mail.attempts >= BUILD_TRIES:
        _update(mail, "claimed", state="failed", lease_until=None, last_error=text)
    else:
        _update(mail, "claimed", state="due", lease_until=None, last_error=text, due_at=_later(mail))


def _stamp_left_behind(mails):
    """Say why letters were not handed over; those that somebody else has now are left alone."""
    now = timezone.now()
    addresses = [mail.to.lower() for mail in mails]
    blocked = set(SuppressedAddress.objects.filter(address__in=addresses).values_list("address", flat=True))
    for mail in mails:
        if mail.expires_at <= now:
            _update(mail, "claimed", state="expired", lease_until=None, content=None)
        elif mail.to.lower() in blocked:
            _update(mail, "claimed", state="suppressed", lease_until=None, content=None)
    OutgoingMail.objects.release(mails)


def _update(mail, in_state, **facts):
    """Change a row that is still ours; otherwise nothing."""
    if "last_error" in facts:
        facts["last_error"] = facts["last_error"].replace("\x00", "")[:500]
    return OutgoingMail.objects.filter(pk=mail.pk, token=mail.token, state=in_state).update(**facts)


def _later(mail):
    minutes = BACK_OFF[min(mail.attempts, len(BACK_OFF)) - 1]
    return timezone.now() + timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311 (spreads load only)
