"""The folder of the local mail catcher: one .eml file per letter."""

import email
import email.policy
import re
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]{6}-[a-z0-9._-]{1,80}\.eml")


def folder():
    return Path(settings.LOCAL_DIR) / "mail"


def file_name(moment, recipient):
    """A name that sorts by time and holds nothing a file system could mistake."""
    safe = re.sub(r"[^a-z0-9._-]+", "-", recipient.lower()).strip(".-")[:80] or "nobody"
    return f"{moment:%Y%m%d-%H%M%S-%f}-{safe}.eml"


def caught(limit=200):
    """The newest caught letters as (file name, message)."""
    names = sorted((path.name for path in folder().glob("*.eml") if NAME.fullmatch(path.name)), reverse=True)
    return [(name, _parsed(name)) for name in names[:limit]]


def read(name):
    """One caught letter's facts, or None when there is none of that name."""
    if not NAME.fullmatch(name) or not (folder() / name).is_file():
        return None
    message = _parsed(name)
    text = message.get_body(("plain",))
    return {
        "message": message,
        "text": text.get_content() if text else "",
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }


def _parsed(name):
    return email.message_from_bytes((folder() / name).read_bytes(), policy=email.policy.default)
