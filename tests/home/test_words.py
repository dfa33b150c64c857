"""Finnish and Swedish are complete, and no translation can break a page."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"
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


def texts(value):
    return value if isinstance(value, tuple | list) else (value,)
