"""What the logs must not know."""

from advocacy_portal.lib.logs import hide_keys


def test_signed_links_reset_links_and_search_words_are_left_out_of_the_logs():
    event = hide_keys(
        None,
        "info",
        {
            "request": "GET /tapahtumat/ilmoittautuminen/WzEsImFiYyJd:1abc:sig/?q=matti@example.org",
            "event": "Not Found: /tili/salasana/uusi/1-abc-SECRET/",
            "code": 200,
        },
    )
    assert event == {
        "request": "GET /tapahtumat/ilmoittautuminen/…/",
        "event": "Not Found: /tili/salasana/uusi/1-…/",
        "code": 200,
    }


def test_the_lines_really_pass_through_it(settings):
    from advocacy_portal.lib.logs import configure_logs

    assert hide_keys in configure_logs("json", "INFO")["formatters"]["line"]["processors"]
