"""The frame around every page, the pages for when things go wrong, and allauth's words in our clothes."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Origin, Template
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

pytestmark = pytest.mark.urls("tests.design.urls")

VISITOR = SimpleNamespace(is_authenticated=False)
BOARD_MEMBER = SimpleNamespace(is_authenticated=True, name="Aino <Mallikas>", email="aino@example.org")
PORTAL = {
    "name": "Portaali",
    "menu": [{"label": "Tapahtumat", "url": "/tapahtumat/", "icon": "calendar", "current": True}],
    "languages": [
        {"code": "fi", "label": "Suomi", "url": "/", "current": True},
        {"code": "sv", "label": "Svenska", "url": "/sv/", "current": False},
    ],
    "logout_url": "/ulos/",
    "account_url": "/tili/",
    "support_phone": "09 123 4567",
}
SEATS = [
    {"label": "Koivurannan yhdistys", "value": "1", "current": True},
    {"label": "Mallimaan piiri", "value": "2", "current": False},
]
PAGE = """{% extends "base.html" %}{% block title %}Koulutukset{% endblock %}{% block h1 %}Koulutukset{% endblock %}
{% block back %}<a href="/">Etusivu</a>{% endblock %}{% block content %}{{ words }}{% endblock %}"""


def page(user=VISITOR, portal=None, **values):
    context = Context({"user": user, "portal": PORTAL | (portal or {}), "csrf_token": "token-of-one-person"} | values)
    with translation.override("fi"):
        return Template(PAGE).render(context)


def test_a_visitors_page_holds_nothing_of_one_person():
    assert "csrf" not in page()
    assert "token-of-one-person" not in page()


def test_the_frame_has_its_landmarks_once_and_in_order():
    html = page()
    places = [html.index(mark) for mark in ('class="skip"', "<header", 'class="nav-main"', "<main", "<footer")]
    assert places == sorted(places)
    assert html.count("<main") == html.count("<h1") == 1
    assert '<html lang="fi">' in html
    assert "<title>Koulutukset – Portaali</title>" in html


def test_a_person_can_log_out_and_change_whom_they_act_for():
    html = page(BOARD_MEMBER, {"seats": SEATS, "acting_for": "Koivurannan yhdistys"})
    assert 'action="/paikka/"' in html
    assert 'name="seat" value="2"' in html
    assert 'action="/ulos/"' in html
    assert "Aino &lt;Mallikas&gt;" in html


def test_languages_are_named_in_their_own_tongue():
    assert 'href="/sv/" lang="sv" hreflang="sv">Svenska</a>' in page()


def test_a_failed_form_says_so_in_the_title_and_first_in_main():
    class Form(forms.Form):
        name = forms.CharField()

    html = page(form=Form({}))
    assert "<title>Virhe: " in html or "<title>Error: " in html
    assert html.index("<main") < html.index('class="errsum"') < html.index("<h1")


def test_htmx_comes_only_to_pages_that_use_it():
    moving = page(words=mark_safe('<div hx-get="/x/"></div>'))
    assert "htmx-4.min.js" in moving
    assert "htmx-4.min.js" not in page()


def test_when_all_fails_the_page_needs_nothing():
    html = render_to_string("500.html")
    assert "Jotain meni vikaan" in html
    assert "{%" not in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "404.html"])
def test_a_refusal_gives_its_reason(name):
    html = render_to_string(name, {"user": VISITOR, "portal": PORTAL, "reason": "Vain <puheenjohtaja> voi hyväksyä."})
    assert "Vain &lt;puheenjohtaja&gt; voi hyväksyä." in html


def test_allauths_elements_wear_the_portals_clothes():
    class Form(forms.Form):
        email = forms.EmailField(help_text="Vihje")

    source = """{% load allauth %}{% element form form=form method="post" action="/x/" %}{% slot body %}
    {% element fields form=form unlabeled=True %}{% endelement %}{% endslot %}{% slot actions %}
    {% element button type="submit" tags="danger,delete" %}Poista{% endelement %}{% endslot %}{% endelement %}
    {% element panel %}{% slot title %}Otsikko{% endslot %}{% slot body %}x{% endslot %}{% endelement %}
    {% element alert level="warning" %}{% slot message %}Huom{% endslot %}{% endelement %}"""
    html = Template(source, Origin("-", "demo.html")).render(Context({"form": Form()}))
    assert 'id="id_email_helptext"' in html
    assert 'class="btn btn-outline-danger" type="submit"' in html
    assert "<h2>Otsikko</h2>" in html
    assert 'class="note todo"' in html


@pytest.mark.parametrize("name", ["base", "entrance", "manage"])
def test_allauths_own_pages_stand_in_the_portals_frame(name):
    source = (
        f'{{% extends "allauth/layouts/{name}.html" %}}{{% block head_title %}}Otsikko{{% endblock %}}'
        "{% block content %}<h1>Otsikko</h1>{% endblock %}"
    )
    html = Template(source).render(Context({"user": VISITOR, "portal": PORTAL}))
    assert "<title>Otsikko – Portaali</title>" in html
    assert html.count("<h1") == 1
    assert 'class="foot"' in html


def test_next_steps_say_so_when_there_are_none():
    assert "all-done" in render_to_string("components/next_steps.html", {"steps": []})


def test_content_in_another_language_is_marked_only_then():
    with translation.override("fi"):
        assert "lang-mark" in render_to_string("components/lang_mark.html", {"code": "sv"})
        assert render_to_string("components/lang_mark.html", {"code": "fi"}).strip() == ""
