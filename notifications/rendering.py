"""From a row to the bytes of a message.

One template pair lays every letter out. The MIME frame is written here, not by ``email.mime``: it is the same
for each letter, and writing it by hand costs a tenth of the time.
"""

import base64
import binascii
import functools
import hashlib
import re
from email.utils import format_datetime, formataddr, parseaddr
from html import escape
from urllib.parse import quote

from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.html import urlize
from django.utils.safestring import mark_safe

from notifications.cleaning import clean_line
from notifications.letters import Letter, kind_of
from notifications.smtp import envelope_address

# «klo 17–19» stays on one line.
_HOURS = re.compile(r"(?:\b(?:klo|kl\.|at) )?\b\d[\d.:]*–\d[\d.:]*\d\b")
_MIMETYPE = re.compile(r"""[\w.+-]+/[\w.+-]+(; *[\w-]+="?[\w.-]+"?)*""", re.ASCII)


def render(mail):
    """The whole message of a letter; sets ``mail.subject``. The caller has chosen the reader's language."""
    if mail.is_ready_made:
        if not mail.content:
            raise ValueError("The content of this letter is gone.")
        return _headers(mail, mail.subject) + bytes(mail.content)
    kind = kind_of(mail)
    if kind is None:
        raise LookupError(f"No app knows letters of the kind {mail.kind}.")
    letter = kind.build(mail)
    mail.subject = clean_line(letter.subject, 200)
    extra = ""
    if kind.unsubscribable and letter.unsubscribe_url:
        extra = (
            f"List-Unsubscribe: <{_address_line(letter.unsubscribe_url)}>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )
    text, html = lay_out(letter, mail.language)
    return _headers(mail, mail.subject, extra) + frame(text, html, letter.attachments, seed=mail.key)


def lay_out(letter, language):
    """A letter as (plain text, HTML), equal in content."""
    facts = [(label, value) for label, value in letter.facts if value not in ("", None)]
    shape = (language, bool(letter.button), len(facts), len(letter.paragraphs), bool(letter.reason))
    plain = {
        "subject": clean_line(letter.subject, 200),
        "lead": letter.lead,
        "reason": letter.reason,
        "site_name": settings.SITE_NAME,
        "support_email": settings.SUPPORT_EMAIL,
    }
    if letter.button:
        plain["button"], plain["address"] = letter.button
    for number, (label, value) in enumerate(facts):
        plain[f"label{number}"], plain[f"value{number}"] = label, value
    for number, paragraph in enumerate(letter.paragraphs):
        plain[f"paragraph{number}"] = paragraph
    plain = {name: str(value) for name, value in plain.items()}
    rich = {
        name: _linked(value) if name.rstrip("0123456789") in _LINKED else escape(value) for name, value in plain.items()
    }
    return _filled(_moulds(*shape)[0], plain), _filled(_moulds(*shape)[1], rich)


_LINKED = ("lead", "value", "paragraph", "reason")


def _filled(mould, values):
    pieces = list(mould)
    pieces[1::2] = [values[name] for name in mould[1::2]]
    return "".join(pieces)


@functools.lru_cache(maxsize=500)
def _moulds(language, has_button, facts, paragraphs, has_reason):
    """The two templates, rendered once for each shape of letter: lists of text, name, text, name, … text.

    Letters of one kind differ in their words only, and filling words in is twenty times as fast as rendering.
    """

    def slot(name):
        return mark_safe(f"\ue000{name}\ue001")  # noqa: S308 (no text of anybody's)

    context = {
        "language": language,
        "subject": slot("subject"),
        "lead": slot("lead"),
        "button": (slot("button"), slot("address")) if has_button else None,
        "facts": [(slot(f"label{number}"), slot(f"value{number}")) for number in range(facts)],
        "paragraphs": [slot(f"paragraph{number}") for number in range(paragraphs)],
        "reason": slot("reason") if has_reason else "",
        "site_name": slot("site_name"),
        "support_email": slot("support_email"),
    }
    with translation.override(language):
        text = get_template("emails/letter.txt").render(context)
        html = _html_layout().render(context)
    text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    return [re.split("\ue000(.*?)\ue001", rendered) for rendered in (text, html)]


def _linked(text):
    text = escape(text)
    # Looking for links is slow; few paragraphs have any.
    if "://" in text:
        text = urlize(mark_safe(text)).replace("<a href", '<a style="color: #0b5563" href')  # noqa: S308 (escaped)
    if "–" in text:
        text = _HOURS.sub(r'<span style="white-space: nowrap">\g<0></span>', text)
    return text.replace("\n", "<br>")


@functools.cache
def _html_layout():
    """The layout with its styles inlined: done once, with the template's own tags still in place."""
    import css_inline

    source = get_template("emails/letter.html").template.source
    inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)
    return engines["django"].from_string(re.sub(r' class="[^"]*"', "", inliner.inline(source)))


def frame(text, html, attachments=(), *, seed):
    """The MIME part of a message, from ``MIME-Version`` on: the two versions of the text, then attachments."""
    seed = hashlib.sha256(seed.encode()).hexdigest()[:24]
    # "=_" cannot occur in quoted-printable text, so no content can fake a boundary.
    inner, outer = f"=_a{seed}", f"=_m{seed}"
    alternative = (
        f'Content-Type: multipart/alternative; boundary="{inner}"\r\n\r\n--{inner}\r\n{_TEXT_HEAD % "plain"}'.encode()
        + quoted_printable(text)
        + f"\r\n--{inner}\r\n{_TEXT_HEAD % 'html'}".encode()
        + quoted_printable(html)
        + f"\r\n--{inner}--\r\n".encode()
    )
    if not attachments:
        return b"MIME-Version: 1.0\r\n" + alternative
    parts = [f'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="{outer}"\r\n\r\n--{outer}\r\n'.encode()]
    parts.append(alternative)
    for filename, content, mimetype in attachments:
        parts.append(f"--{outer}\r\n{_attachment_head(filename, mimetype)}".encode())
        content = content.encode() if isinstance(content, str) else bytes(content)
        parts.append(base64.encodebytes(content).replace(b"\n", b"\r\n"))
    parts.append(f"--{outer}--\r\n".encode())
    return b"".join(parts)


_TEXT_HEAD = 'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'


def quoted_printable(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return binascii.b2a_qp(text.encode("utf-8", "replace"), istext=True)


def _attachment_head(filename, mimetype):
    filename = clean_line(filename, 100).replace('"', "").replace("\\", "").replace("/", "-") or "file"
    named = f'filename="{filename}"' if filename.isascii() else f"filename*=utf-8''{quote(filename, safe='')}"
    if not _MIMETYPE.fullmatch(mimetype):
        mimetype = "application/octet-stream"
    return (
        f"Content-Type: {mimetype}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {named}\r\n\r\n"
    )


def _headers(mail, subject, extra=""):
    return (
        f"From: {_from_header()}\r\n"
        f"To: {address_header(mail.name, mail.to)}\r\n"
        f"Subject: {encoded(subject)}\r\n"
        f"Date: {format_datetime(mail.dated_at or timezone.now())}\r\n"
        f"Message-ID: {message_id(mail)}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        f"Content-Language: {mail.language}\r\n"
        f"{extra}"
    ).encode("ascii")


def message_id(mail):
    """The same for every attempt, so that mailboxes which compare them hide a second copy."""
    return f"<{hashlib.sha256(mail.key.encode()).hexdigest()[:40]}@{settings.MESSAGE_ID_DOMAIN}>"


def encoded(text):
    """Header text in ASCII (RFC 2047). Text that looks encoded is encoded, so that it shows as it was typed."""
    if text.isascii() and "=?" not in text and len(text) < 900:
        return text
    words, word, room = [], b"", 30
    for sign in text:
        sign = sign.encode("utf-8", "replace")
        if len(word) + len(sign) > room:
            words.append(word)
            word, room = b"", 45
        word += sign
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{binascii.b2a_base64(word, newline=False).decode()}?=" for word in words)


def address_header(name, address):
    address = envelope_address(_address_line(address))
    name = clean_line(name, 120)
    if not name:
        return address
    if name.isascii() and "=?" not in name:
        return formataddr((name, address))
    return f"{encoded(name)}\r\n <{address}>"


def _address_line(text):
    """No white space can get in: a new line would begin a new header."""
    return re.sub(r"[\s<>\x00-\x1f]+", "", text)


@functools.cache
def _from_header():
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address_header(name, address)


@functools.cache
def sender_address():
    """The envelope's sender: where refusals come back to."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def letter_from_text(subject, text):
    """A plain text in the clothes of a letter, for mails whose writer made no HTML."""
    lead, *paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()] or [""]
    return Letter(subject=subject, lead=lead, paragraphs=paragraphs)
