"""Django's own e-mail, allauth's included, through the same table as every other letter."""

import datetime
import re
import secrets
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import get_language

from notifications.cleaning import clean_line
from notifications.letters import hint_after_commit
from notifications.models import OutgoingMail
from notifications.rendering import frame, lay_out, letter_from_text

# Codes and reset links are of no use later.
LIFE = datetime.timedelta(hours=24)


class OutboxBackend(BaseEmailBackend):
    """Turns each message into one row per recipient, in the transaction of whoever sends it."""

    def send_messages(self, email_messages):
        return sum(bool(self._queue(message)) for message in email_messages or ())

    def _queue(self, message):
        # Built now, in the transaction, so a header with a new line in it is refused while its writer can hear it.
        message.message()
        now = timezone.now()
        language = _language(message)
        subject = clean_line(message.subject, 200)
        text, html = _versions(message, subject, language)
        request_id = structlog.contextvars.get_contextvars().get("request_id") or ""
        rows = []
        for recipient in message.recipients():
            name, address = _split(recipient)
            key = f"ready-made:{secrets.token_hex(16)}"
            rows.append(
                OutgoingMail(
                    key=key,
                    kind="ready-made",
                    to=clean_line(address, 320),
                    name=clean_line(name, 120),
                    language=language,
                    due_at=now,
                    expires_at=now + LIFE,
                    created_at=now,
                    subject=subject,
                    content=frame(text, html, _attachments(message), seed=key),
                    request_id=str(request_id)[:64],
                )
            )
        for row in rows:
            row.save(force_insert=True)
        if rows:
            hint_after_commit("now")
        return rows


def _language(message):
    """The language its HTML says it is in, else the one being spoken."""
    for part, kind in _alternatives(message):
        if kind == "text/html" and (found := re.search(r'<html[^>]* lang="([a-z]{2})"', part[:2000])):
            return found[1]
    return (get_language() or settings.LANGUAGE_CODE)[:2]


def _split(recipient):
    name, address = parseaddr(str(recipient))
    return name, address or str(recipient)


def _versions(message, subject, language):
    """The text and the HTML of a message; whichever is missing is made from the other."""
    html = next((part for part, kind in _alternatives(message) if kind == "text/html"), None)
    body = message.body
    if message.content_subtype == "html":
        return strip_tags(body).strip() + "\n", body
    if html is None:
        html = lay_out(letter_from_text(subject, body), language)[1]
    return body, html


def _alternatives(message):
    return [(part[0], part[1]) for part in getattr(message, "alternatives", None) or ()]


def _attachments(message):
    return [
        (part[0] or "file", part[1], part[2] or "application/octet-stream")
        for part in message.attachments
        if isinstance(part, tuple)
    ]
