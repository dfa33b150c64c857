"""What people type about those who come in."""

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from associations.joining.models import JoinRequest
from associations.joining.permissions import ASKED_KINDS
from associations.roles.forms import TermFields, usual_term
from associations.roles.models import Role

MAIL = {"autocomplete": "off", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


def kind_choices(kinds):
    names = dict(Role.Kind.choices)
    return [(str(kind), capfirst(names[kind])) for kind in kinds]


class EnterForm(TermFields):
    """Enter a person's role: the choices are what the giver may give, nothing else."""

    name = forms.CharField(
        label=_("First and last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Write the person's name.")},
    )  # fmt: skip
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We send the invitation to this address."),
        widget=forms.EmailInput(attrs=MAIL),
        error_messages={"required": _("Write the person's e-mail address.")},
    )
    kind = forms.ChoiceField(
        label=_("Role"), widget=forms.RadioSelect, error_messages={"required": _("Choose the role.")}
    )
    language = forms.ChoiceField(
        label=_("Language of the letter"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )

    field_order = ["name", "email", "kind", "regions", "starts_on", "ends_on", "language"]

    def __init__(self, *args, organisation, kinds, **words):
        super().__init__(*args, **words)
        first, last = usual_term(timezone.localdate())
        self.fields["starts_on"].initial = first
        self.fields["ends_on"].initial = last
        self.fields["kind"].choices = kind_choices(kinds)
        spoken = [
            code for code in organisation.languages.replace(" ", "").split(",") if code in dict(settings.LANGUAGES)
        ]
        self.fields["language"].initial = spoken[0] if spoken else settings.LANGUAGE_CODE
        if Role.Kind.COORDINATOR in kinds:
            self.ask_regions(organisation)
        else:
            del self.fields["regions"]

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()

    def clean_ends_on(self):
        last = self.cleaned_data["ends_on"]
        if last and last < timezone.localdate():
            raise ValidationError(_("This day has passed. A role is entered for days ahead."))
        return last

    def clean(self):
        data = super().clean()
        if data.get("regions") and data.get("kind") not in (None, Role.Kind.COORDINATOR):
            self.add_error("regions", _("Only a regional coordinator has regions. Take the ticks away."))
        return data


class NewAccountForm(forms.Form):
    """What the invited person without an account tells: the address is known from the link."""

    name = forms.CharField(
        label=_("First and last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )  # fmt: skip
    password = forms.CharField(
        label=_("Choose a password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters. Several words in a row are easy to remember and hard to guess."),
        error_messages={"required": _("Choose a password.")},
    )

    def __init__(self, *args, email, **words):
        super().__init__(*args, **words)
        self.email = email

    def clean(self):
        data = super().clean()
        if data.get("password"):
            somebody = User(email=self.email, name=data.get("name", ""))
            try:
                password_validation.validate_password(data["password"], somebody)
            except ValidationError as weak:
                self.add_error("password", weak)
        return data


class JoinForm(forms.Form):
    """What somebody who asks to be let in tells."""

    kind = forms.ChoiceField(
        label=_("What would you like to be?"), choices=kind_choices(ASKED_KINDS), widget=forms.RadioSelect,
        initial=ASKED_KINDS[0], error_messages={"required": _("Choose one.")},
    )  # fmt: skip
    message = forms.CharField(
        label=_("Message to the association"),
        required=False,
        max_length=JoinRequest._meta.get_field("message").max_length,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For example how they know you. At most 1,000 characters."),
    )


class RefuseForm(forms.Form):
    """Why somebody is not let in."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=JoinRequest._meta.get_field("reason").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("We send it to the person who asked. At most 500 characters."),
        error_messages={"required": _("Write the reason.")},
    )
