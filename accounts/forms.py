"""What a person may type about themselves."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy_portal.lib.phones import check_phone


class SignupForm(forms.Form):
    """What signing up asks besides the address and the password (allauth puts the two together)."""

    name = forms.CharField(
        label=_("First and last name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "email", "password1", "password2"]

    def signup(self, request, user):
        """Nothing is left to do: the adapter has saved the name and the language."""


class ProfileForm(forms.ModelForm):
    phone = forms.CharField(
        label=_("Phone number"),
        required=False,
        max_length=40,
        validators=[check_phone],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )

    class Meta:
        model = User
        fields = ["name", "phone", "language"]
        labels = {"name": _("First and last name"), "language": _("Language of the pages and letters")}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"}), "language": forms.RadioSelect()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
