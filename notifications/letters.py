"""How the other apps write letters.

A kind of letter is registered once, in ``AppConfig.ready()``; a letter is then queued by name, in the
transaction of its cause, and built at sending time in its reader's language.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.utils import timezone, translation

from notifications import hints
from notifications.cleaning import clean_line
from notifications.models import OutgoingMail

LIFE = datetime.timedelta(hours=72)


@dataclass
class Letter:
    """What a letter says; one layout shows every letter (templates/emails/letter.html and .txt)."""

    subject: str
    lead: str
    button: tuple | None = None  # (text, absolute address)
    facts: list = field(default_factory=list)  # [(label, value)]
    paragraphs: list = field(default_factory=list)
    reason: str = ""  # why this came and how to stop it
    attachments: list = field(default_factory=list)  # [(filename, bytes, mimetype)]
    unsubscribe_url: str = ""  # answers a POST without cookies (RFC 8058)


@dataclass(frozen=True)
class LetterKind:
    """A kind of letter and its rules.

    ``build(mail)`` returns the Letter. ``wanted(mail)`` is asked again in the hand-over transaction, just
    before the letter becomes irrevocable. ``when_unknown`` says what happens when the relay never answered:
    ``hold`` shows the letter to staff, ``resend`` sends it once more if it is still useful.
    ``load(mails)`` and ``wanted_among(mails)`` (returns the wanted primary keys) are the same for many
    letters at once, for kinds that go out by the thousand.
    """

    name: str
    build: Callable
    wanted: Callable | None = None
    queue: str = "now"
    when_unknown: str = "hold"
    unsubscribable: bool = False
    load: Callable | None = None
    wanted_among: Callable | None = None


_kinds = {}


def register_kind(kind):
    """Make ``kind`` known; called from ``AppConfig.ready()``."""
    _kinds[kind.name] = kind


def kind_of(mail):
    """The kind of a letter, or None when its app no longer registers it."""
    return _kinds.get(mail.kind)


def queue_letter(
    kind_name,
    *,
    key,
    to,
    name="",
    language="fi",
    person=None,
    about=None,
    revision=0,
    due_at=None,
    expires_at=None,
    union=None,
):
    """Write a letter in the caller's transaction; None when ``key`` was written before.

    The queue is told after the commit. Should that fail, the next tick finds the row all the same.
    """
    mail = OutgoingMail.objects.insert_once(
        _row(
            kind_name,
            key=key,
            to=to,
            name=name,
            language=language,
            person=person,
            about=about,
            revision=revision,
            due_at=due_at,
            expires_at=expires_at,
            union=union,
        )
    )
    if mail and mail.due_at <= timezone.now():
        hint_after_commit(mail.queue)
    return mail


def queue_letters(kind_name, letters):
    """The same for many: ``letters`` are dicts of ``queue_letter``'s arguments. Known keys are passed over."""
    rows = [_row(kind_name, **facts) for facts in letters]
    OutgoingMail.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    if rows:
        hint_after_commit(_kinds[kind_name].queue)


def withdraw_letters(kind_name, *, about=None, about_any=None, revision_below=None, now):
    """Hold back letters that have not been handed over: those about ``about`` (or any of ``about_any``), of an older
    revision. Their number."""
    letters = OutgoingMail.objects.open().filter(kind=kind_name)
    if about is not None:
        letters = letters.filter(about=about)
    if about_any is not None:
        letters = letters.filter(about__in=about_any)
    if revision_below is not None:
        letters = letters.filter(revision__lt=revision_below)
    # Claimed letters too: the sender's hand-over then finds them gone and never ends the message.
    return letters.update(state=OutgoingMail.State.CANCELLED, lease_until=None)


def absolute_url(path, language):
    """The full address of a page in the reader's language, whatever language ``path`` was reversed in."""
    codes = "|".join(code for code, _ in settings.LANGUAGES)
    path = re.sub(rf"^/(?:{codes})(?=/|$)", "", path) or "/"
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return f"{settings.SITE_URL}{prefix}{path}"


def compose(mail):
    """Build the Letter of a row, in its reader's language."""
    with translation.override(mail.language):
        return _kinds[mail.kind].build(mail)


def hint_after_commit(queue):
    """Wake a worker once the row is there for it to see; one hint a transaction is enough."""
    waiting = connection.run_on_commit
    hint = _HINTS[queue]
    if waiting and waiting[-1][1] is hint and waiting[-1][0] <= set(connection.savepoint_ids):
        return
    transaction.on_commit(hint, robust=True)


_HINTS = {queue: partial(hints.give, queue) for queue in OutgoingMail.Queue.values}


def _row(
    kind_name,
    *,
    key,
    to,
    name="",
    language="fi",
    person=None,
    about=None,
    revision=0,
    due_at=None,
    expires_at=None,
    union=None,
):
    now = timezone.now()
    due_at = due_at or now
    mail = OutgoingMail(
        key=key,
        kind=kind_name,
        queue=_kinds[kind_name].queue,
        to=clean_line(to, 320),
        name=clean_line(name, 120),
        language=language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        person=person,
        organisation_id=union,
        about=about,
        revision=revision,
        due_at=due_at,
        expires_at=expires_at or due_at + LIFE,
        created_at=now,
        request_id=str(structlog.contextvars.get_contextvars().get("request_id") or "")[:64],
    )
    try:
        validate_email(mail.to)
    except ValidationError:
        # The cause of the letter (a registration, say) must not fall with it: staff see the row.
        mail.state = OutgoingMail.State.FAILED
        mail.last_error = "Not an e-mail address."
    return mail
