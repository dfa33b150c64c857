"""A field says hint, then error, then asks: in that order, and once."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation


class Registration(forms.Form):
    name = forms.CharField(label="Osallistujan nimi")
    email = forms.EmailField(label="Sähköposti", help_text="Lähetämme vahvistuksen tähän.")
    phone = forms.CharField(label="Puhelin", required=False)
    how = forms.ChoiceField(
        label="Miten osallistut?", choices=[("a", "Paikalla"), ("b", "Etänä")], widget=forms.RadioSelect
    )
    picture = forms.FileField(label="Kuva", required=False)
    consent = forms.BooleanField(label="Tietoni saa antaa")


def drawn(form, source="{% load crispy_forms_tags %}{{ form|crispy }}"):
    with translation.override("en"):
        return Template(source).render(Context({"form": form}))


def one_field(html, name):
    start = html.index(f'id="div_id_{name}"')
    end = html.find('<div id="div_id_', start)
    return html[start : end if end > 0 else None]


@pytest.fixture
def failed():
    return drawn(Registration({"email": "aino@"}))


def test_the_error_stands_between_hint_and_control(failed):
    field = one_field(failed, "email")
    places = [field.index(mark) for mark in ("<label", "id_email_helptext", 'id="id_email_error"', "<input")]
    assert places == sorted(places)


def test_the_control_points_to_its_hint_and_error(failed):
    field = re.search(r"<input[^>]*name=\"email\"[^>]*>", failed).group()
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_email_helptext id_email_error"' in field
    assert "is-invalid" in field


def test_a_field_in_error_bears_the_bar(failed):
    assert "field--error" in failed[: failed.index('name="name"')]
    assert "field--error" not in one_field(failed, "phone")


def test_only_optional_fields_are_marked_and_no_asterisk_is_used(failed):
    assert "(optional)" in one_field(failed, "phone")
    assert "(optional)" not in one_field(failed, "name")
    assert "(optional)" not in one_field(failed, "consent")
    assert "*" not in failed


def test_choices_are_a_group_with_a_name(failed):
    field = one_field(failed, "how")
    places = [field.index(mark) for mark in ("<fieldset", "<legend>", "field__error", 'type="radio"')]
    assert places == sorted(places)
    assert 'aria-describedby="id_how_error"' in field


def test_a_file_field_sends_a_file(failed):
    assert re.search(r'<input type="file" name="picture"[^>]*id="id_picture"', one_field(failed, "picture"))


def test_every_id_is_used_once(failed):
    ids = re.findall(r'\bid="([^"]+)"', failed)
    assert sorted(ids) == sorted(set(ids))


def test_the_summary_says_the_fields_own_words_and_leads_to_them():
    form = Registration({"email": "aino@"})
    fields = drawn(form)
    summary = drawn(form, '{% include "components/error_summary.html" with form=form only %}')
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary)
    assert [anchor for anchor, _ in links] == ["id_name", "id_email", "id_how_0", "id_consent"]
    for anchor, words in links:
        assert f'id="{anchor}"' in fields
        assert words in fields
    assert "Check 4 things" in summary


def test_a_missing_answer_names_what_is_missing():
    assert "Fill in: Osallistujan nimi" in drawn(Registration({}))


def test_a_fields_own_words_win_over_the_house_words():
    class Own(forms.Form):
        email = forms.EmailField(error_messages={"required": "Kirjoita sähköpostiosoitteesi"})

    assert "Kirjoita sähköpostiosoitteesi" in drawn(Own({}))


def test_what_was_typed_comes_back_escaped(failed):
    assert 'value="aino@"' in failed
    assert "<b>" not in drawn(Registration({"name": '"><b>'}))
