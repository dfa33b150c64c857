"""Icons, figures and words of the templates."""

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from advocacy_portal.templatetags import portal


def said(source, **values):
    return Template(source).render(Context(values))


def test_an_icon_is_silent_beside_words():
    assert said('{% icon "calendar" %}') == (
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="/static/img/icons.svg#calendar"></use></svg>'
    )


def test_an_icon_escapes_what_it_is_given():
    page = said("{% icon name label %}", name='x"><script>', label='"><b>')
    assert "<script>" not in page
    assert "<b>" not in page


def test_an_unknown_icon_is_noticed_by_its_maker(settings):
    settings.DEBUG = True
    with pytest.raises(TemplateSyntaxError, match="unicorn"):
        said('{% icon "unicorn" %}')


@pytest.mark.parametrize(
    ("source", "language", "words"),
    [
        ("{{ 124000|money }}", "fi", "1\u00a0240\u00a0€"),
        ("{{ 1250|money }}", "fi", "12,50\u00a0€"),
        ("{{ 1250|money }}", "en", "€12.50"),
        ("{{ 240000|filesize_fi }}", "fi", "240\u00a0kt"),
        ("{{ 1234567|filesize_fi }}", "fi", "1,2\u00a0Mt"),
        ("{{ 240000|filesize_fi }}", "sv", "240\u00a0kB"),
        ("{{ 1240|number }}", "fi", "1\u00a0240"),
        ("{{ nothing|number }}{{ nothing|money }}{{ nothing|clock }}", "fi", ""),
    ],
)
def test_figures_are_written_as_the_reader_writes_them(source, language, words):
    with translation.override(language):
        assert said(source, nothing=None) == words


def test_what_a_person_typed_stays_text():
    page = said("{{ text|plain_text }}", text="Katso https://example.org/?a=1&b=2 <script>alert(1)</script>\n\nToinen")
    assert page.count("<p>") == 2
    assert "<script>" not in page
    assert 'href="https://example.org/?a=1&amp;b=2" rel="nofollow"' in page


def test_an_empty_element_is_left_out():
    assert said('{% filled "p" "eyebrow" %}  {% endfilled %}') == ""


def test_a_filled_element_escapes_its_words_once():
    page = said('{% filled "p" "eyebrow" %}{{ name }} & co{% endfilled %}', name="<i>")
    assert page == '<p class="eyebrow">&lt;i&gt; & co</p>'


def test_pages_of_a_list_keep_the_filters(rf):
    page = Paginator(range(100), 10).page(2)
    source = '{% include "components/pagination.html" with page_obj=page request=request only %}'
    html = said(source, page=page, request=rf.get("/?q=koulu&page=2"))
    assert 'href="?q=koulu&amp;page=3"' in html
    assert 'href="?q=koulu&amp;page=1"' in html


def test_every_state_has_one_colour():
    assert set(portal.STATE_CLASSES.values()) == {"done", "todo", "late", "new", "draft"}
