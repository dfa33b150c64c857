"""The letters of logging in: one text each, dressed as HTML from the same words."""

import re

import css_inline
from django.conf import settings
from django.template.loader import render_to_string


def tidy(text):
    """Paragraphs with one empty line between them."""
    return re.sub(r"\n\s*\n+", "\n\n", text).strip() + "\n"


def as_html(text, *, subject, code, buttons, language):
    """The same letter as HTML: an address on a line of its own is a button, the code stands out."""
    parts = []
    for paragraph in text.strip().split("\n\n"):
        paragraph = " ".join(paragraph.split())
        is_code = bool(code) and paragraph == code
        parts.append({"text": paragraph, "is_code": is_code, "button": buttons.get(paragraph)})
    context = {"subject": subject, "parts": parts, "language": language, "site_name": settings.SITE_NAME}
    return css_inline.inline(render_to_string("emails/account_base.html", context))
