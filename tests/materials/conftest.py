"""What the brochure tests share."""

import pytest

from materials.brochures import tasks
from tests import factories as make


@pytest.fixture
def union(db):
    return make.make_union()


@pytest.fixture
def association(union):
    return make.make_association(make.make_district(union), municipality=make.make_municipality("837", "Tampere"))


@pytest.fixture(autouse=True)
def hints(monkeypatch):
    """The queue, as a list of what was put in it: these tests run the tasks themselves."""
    sent = []
    monkeypatch.setattr(tasks.press_brochure, "delay", sent.append)
    return sent
