"""What every test may count on."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.utils import translation

from advocacy_portal.templatetags.kept import pieces


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    # Pieces of the page frame are kept under their page's address, and tests share addresses.
    pieces.clear()


@pytest.fixture(autouse=True)
def finnish():
    """A request leaves its language behind in the thread; no test reads the one before it."""
    translation.activate("fi")


@pytest.fixture(autouse=True)
def files_in_a_folder_of_their_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
