"""docs/permissions.md says what the code does."""

import os
from pathlib import Path

import pytest

from tests.permissions_page import page, questions
from tests.test_access import rows
from tests.world import build_world

PAGE = Path(__file__).parent.parent / "docs" / "permissions.md"


@pytest.mark.django_db
def test_the_page_of_permissions_is_what_the_code_says():
    made = page(build_world(), rows())
    if os.environ.get("WRITE_PERMISSIONS"):
        PAGE.write_text(made)
    assert PAGE.read_text() == made, "Run `make permissions` and read what changed."


def test_every_room_that_refuses_is_on_the_page():
    text = PAGE.read_text()
    assert [name for _room, function in questions() if (name := f"**{function.__name__}**") not in text] == []
