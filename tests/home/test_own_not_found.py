"""Who tries the portal on their own machine sees our pages, not Django's."""

import pytest

pytestmark = pytest.mark.django_db


def test_an_unknown_address_shows_our_page_with_debug_on(client, settings):
    settings.DEBUG = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "advocacy_portal.home.errors.OwnNotFoundPage"]
    answer = client.get("/ei-ole-olemassa/")
    assert answer.status_code == 404
    assert "DEBUG = True" not in answer.content.decode()
    assert "sisalto" in answer.content.decode()
