"""The association's own part of the brochure."""

import re
import unicodedata

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from materials.brochures.models import Brochure, ServiceOffer

MOST_CONTACTS = 4
CONTACT_FIELDS = ("name", "role", "phone", "email")
MISSING = {"name": _("Write the person’s name."), "role": _("Write the person’s role.")}
# Signs the PDF's font has (a test compares): Latin letters with their marks, figures, common punctuation.
PRINTABLE = " -~\u00a0-\u017f\u0218-\u021b\u01e4-\u01e7\u2013\u2014\u2018-\u201a\u201c-\u201e\u2022\u2026\u20ac\u2212"
STRANGE = re.compile(rf"[^\n\r\t{PRINTABLE}]")


def clean_signs(text):
    """Refuse what cannot be printed, such as emojis: a box on paper helps nobody."""
    # The font has no hyphen of its own besides the keyboard's; letters and marks written apart become one.
    text = unicodedata.normalize("NFC", text).replace("\u2010", "-").replace("\u2011", "-")
    if found := STRANGE.search(text):
        raise forms.ValidationError(
            _("The sign %(sign)s cannot be printed. Take it away."), params={"sign": found.group()}, code="sign"
        )
    return text


class BrochureForm(forms.ModelForm):
    """Texts and services; contact people are in rows of their own."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = Brochure
        fields = ["introduction", "services", "greeting"]
        widgets = {
            "introduction": forms.Textarea(attrs={"rows": 6}),
            "greeting": forms.Textarea(attrs={"rows": 3}),
            "services": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "introduction": _("Two or three sentences: how many you are and where you meet. At most 700 signs."),
            "greeting": _("Shown on the cover. One or two sentences, at most 400 signs."),
            "services": _("Choose what your association does today."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["introduction"].required = True
        self.fields["services"].required = True
        self.fields["services"].error_messages["required"] = _("Choose at least one service.")
        self.fields["introduction"].error_messages["required"] = _("Tell in a couple of sentences who you are.")
        self.fields["services"].queryset = ServiceOffer.objects.offered_in(self.instance.association.union_id)
        self.fields["seen_version"].initial = self.instance.version

    def clean_introduction(self):
        return clean_signs(self.cleaned_data["introduction"])

    def clean_greeting(self):
        return clean_signs(self.cleaned_data["greeting"])


class ContactForm(forms.Form):
    """One contact person. A row left empty is no row."""

    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    role = forms.CharField(
        label=pgettext_lazy("contact person", "Role"),
        max_length=100,
        required=False,
        help_text=_("For example chair or leader of the family café."),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    consent = forms.BooleanField(label=_("This person has agreed that these details may be published."), required=False)

    def __init__(self, *args, is_first=False, **kwargs):
        super().__init__(*args, **kwargs)
        if is_first:
            for name, words in MISSING.items():
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = words

    @property
    def is_blank(self):
        data = getattr(self, "cleaned_data", {})
        return not any(data.get(name) for name in CONTACT_FIELDS)

    def clean(self):
        data = super().clean()
        if self.errors or self.is_blank:
            return data
        for name, words in MISSING.items():
            if not data.get(name):
                self.add_error(name, words)
                continue
            try:
                data[name] = clean_signs(data[name])
            except forms.ValidationError as refusal:
                self.add_error(name, refusal)
        if not data.get("phone") and not data.get("email"):
            self.add_error("phone", _("Write a phone number or an e-mail address."))
        if data.get("phone") and not re.fullmatch(r"[+0-9][0-9 ()\-]{4,38}", data["phone"]):
            self.add_error("phone", _("Write the phone number with figures, for example 040 123 4567."))
        if not data.get("consent"):
            self.add_error("consent", _("Ask the person first, then tick this. Otherwise leave the row empty."))
        return data


class ContactRows:
    """The contact people's rows. There are always four, so there is no count that could be forged."""

    def __init__(self, data=None, initial=()):
        known = [*initial, *[{}] * MOST_CONTACTS][:MOST_CONTACTS]
        self.forms = [
            ContactForm(data, initial=facts, prefix=f"contacts-{number}", is_first=number == 0)
            for number, facts in enumerate(known)
        ]

    def __iter__(self):
        return iter(self.forms)

    def is_valid(self):
        # Each is asked, so that one round shows all there is to mend.
        return all([form.is_valid() for form in self.forms])  # noqa: C419

    def rows(self):
        """The filled rows, as the model verb wants them."""
        return [
            {name: form.cleaned_data.get(name, "") for name in CONTACT_FIELDS}
            for form in self.forms
            if not form.is_blank
        ]


class SeveralForms:
    """Form and rows as one, for the error summary above them."""

    def __init__(self, *forms):
        self.forms = forms

    @property
    def errors(self):
        return any(form.errors for form in self.forms)

    def non_field_errors(self):
        return [message for form in self.forms for message in form.non_field_errors()]

    def __iter__(self):
        for form in self.forms:
            yield from form
