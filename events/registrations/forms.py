"""What a person who registers types: as little as possible."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.phones import check_phone
from associations.models import Organisation


class RegistrationForm(forms.Form):
    """Name and e-mail; for members the association is known, guests may write theirs."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Write your name.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("We send the confirmation to this address."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"required": _("Write your e-mail address.")},
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=40,
        required=False,
        validators=[check_phone],
        help_text=_("If something changes on the very day. For example 040 123 4567."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )
    association = forms.ModelChoiceField(label=_("Association"), queryset=Organisation.objects.none(), required=False)
    association_text = forms.CharField(label=_("Association or organisation"), max_length=150, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, user, **words):
        super().__init__(*args, **words)
        self.fields["form_key"].initial = uuid.uuid4
        if not user.is_authenticated:
            del self.fields["association"]
            return
        # One's own address: the letter and «Omat ilmoittautumiset» belong together.
        del self.fields["email"]
        self.fields["name"].initial = user.name
        self.fields["phone"].initial = user.phone
        mine = Organisation.objects.run_by(user)
        boards = list(mine[:20])
        if boards:
            del self.fields["association_text"]
            self.fields["association"].queryset = mine
            self.fields["association"].initial = boards[0]
            self.fields["association"].empty_label = _("I come on my own behalf")
        else:
            del self.fields["association"]

    def take_new_key(self):
        """Let the same details be sent once more, as another form."""
        self.data = self.data.copy()
        self.data["form_key"] = str(uuid.uuid4())
