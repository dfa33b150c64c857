"""Finnish and Swedish are complete, and no translation can break a page."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "locale"
APPS = ["accounts", "advocacy_portal", "associations", "campaigns", "events", "materials", "notifications"]
# Which arguments of a call are context, singular and plural.
CALLS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], (0, 1)),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (0, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], (1, 1)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], (1, 2)),
}
CATALOGUES = sorted(LOCALE.glob("**/LC_MESSAGES/django.po"))


def placeholders(text):
    return set(re.findall(r"%\((\w+)\)[sd]|(?<!%)%[sd]", text))


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(LOCALE).parent.parent))
def test_every_word_is_translated_and_no_guess_is_live(path):
    with path.open("rb") as file:
        catalogue = read_po(file)
    assert [message.id for message in catalogue if message.fuzzy and message.id] == []
    assert [message.id for message in catalogue if message.id and not all(texts(message.string))] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(LOCALE).parent.parent))
def test_no_translation_asks_for_a_value_that_the_sentence_does_not_have(path):
    with path.open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        known = set().union(*map(placeholders, texts(message.id)))
        for text in texts(message.string):
            assert placeholders(text) <= known, message.id


def sentences_of_the_code():
    """{(context, sentence)} of every translated call in Python and every tag in a template."""
    sources = [(path, path.read_text(), extract_python) for app in APPS for path in (ROOT / app).rglob("*.py")]
    # What Django makes of a template has calls among noise: no Python, but a more patient reader finds them.
    sources += [
        (path, templatize(path.read_text(), origin=str(path)), extract_javascript)
        for path in (ROOT / "templates").rglob("*")
        if path.suffix in (".html", ".txt")
    ]
    found = {}
    for path, text, extract in sources:
        calls = extract(io.BytesIO(text.encode()), list(CALLS), [], {"encoding": "utf-8"})
        for _line, call, words, _comments in calls:
            words = words if isinstance(words, tuple) else (words,)
            has_context, _count = CALLS[call]
            context, sentence = (words[0], words[1]) if has_context else (None, words[0])
            if sentence:
                found[(context, sentence)] = path
    return found


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_sentence_of_the_code_is_in_the_catalogue(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        known = {(message.context, texts(message.id)[0]) for message in read_po(file)}
    unknown = {key: str(path.relative_to(ROOT)) for key, path in sentences_of_the_code().items() if key not in known}
    assert unknown == {}


def texts(value):
    return value if isinstance(value, tuple | list) else (value,)
