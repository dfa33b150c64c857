"""Text that people typed, made fit for one line of a mail header."""

import re
import unicodedata

# Control signs, lone surrogates, line and paragraph separators, and signs that turn the reading direction.
_UNFIT = {"Cc", "Cs", "Zl", "Zp"}
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean_line(text, limit):
    """One line of at most ``limit`` signs: no control signs, no hidden turning of the text, single spaces."""
    text = _TURNING.sub("", str(text))
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(sign) in _UNFIT else sign for sign in text)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
