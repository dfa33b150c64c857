"""A moment is said the same way on pages, in letters and in PDFs."""

import datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from advocacy_portal.lib.moments import moment_text

HELSINKI = timezone.get_default_timezone()


def at(*parts):
    return datetime.datetime(*parts, tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("language", "start", "end", "words"),
    [
        ("fi", at(2027, 1, 12, 17), at(2027, 1, 12, 19), "ti 12.1.2027 klo 17–19"),
        ("sv", at(2027, 1, 12, 17), at(2027, 1, 12, 19), "ti 12.1.2027 kl. 17–19"),
        ("en", at(2027, 1, 12, 17), at(2027, 1, 12, 19), "Tue 12 Jan 2027, 17:00–19:00"),
        ("fi", at(2026, 12, 3, 17, 30), at(2026, 12, 3, 19), "to 3.12.2026 klo 17.30–19"),
        ("fi", at(2026, 12, 3, 9, 5), None, "to 3.12.2026 klo 9.05"),
        ("fi", at(2026, 10, 31, 9), at(2026, 12, 12, 16), "31.10.–12.12.2026"),
        ("fi", at(2027, 1, 12, 9), at(2027, 1, 14, 16), "12.–14.1.2027"),
        ("fi", at(2026, 12, 30, 9), at(2027, 1, 2, 16), "30.12.2026–2.1.2027"),
        ("en", at(2026, 10, 31, 9), at(2026, 12, 12, 16), "31 Oct – 12 Dec 2026"),
        ("en", at(2027, 1, 12, 9), at(2027, 1, 14, 16), "12–14 Jan 2027"),
        ("fi", at(2027, 1, 15, 21), at(2027, 1, 16, 1), "pe 15.1.2027 klo 21–1"),
        ("fi", datetime.date(2027, 1, 12), None, "ti 12.1.2027"),
        ("fi", datetime.date(2027, 1, 12), datetime.date(2027, 1, 14), "12.–14.1.2027"),
    ],
)
def test_a_moment_is_said_as_the_reader_says_it(language, start, end, words):
    with translation.override(language):
        assert moment_text(start, end) == words


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (datetime.datetime(2026, 10, 24, 15, tzinfo=datetime.UTC), "la 24.10.2026 klo 18"),
        (datetime.datetime(2026, 10, 25, 15, tzinfo=datetime.UTC), "su 25.10.2026 klo 17"),
        (datetime.datetime(2026, 12, 31, 22, 30, tzinfo=datetime.UTC), "pe 1.1.2027 klo 0.30"),
    ],
)
def test_clocks_are_finnish_clocks_in_summer_and_winter(start, words):
    with translation.override("fi"):
        assert moment_text(start) == words


def test_a_moment_in_a_letter_follows_the_letters_language_not_the_workers():
    with translation.override("fi"):
        assert moment_text(at(2027, 1, 12, 17), language="en") == "Tue 12 Jan 2027, 17:00"


def test_the_tag_keeps_a_moment_together():
    with translation.override("fi"):
        page = Template("{% moment start end %}").render(
            Context({"start": at(2027, 1, 12, 17), "end": at(2027, 1, 12, 19)})
        )
    assert page == '<span class="text-nowrap moment">ti 12.1.2027 klo 17–19</span>'
