"""What people may type about organisations."""

from django import forms
from django.core.validators import RegexValidator, URLValidator
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import LANGUAGES, Organisation


class OrganisationForm(forms.ModelForm):
    """What an association tells of itself in public."""

    languages = forms.MultipleChoiceField(
        label=_("Languages of service"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one language.")},
    )  # fmt: skip

    class Meta:
        model = Organisation
        fields = ["email", "phone", "website", "languages", "introduction"]
        labels = {
            "email": _("The organisation's e-mail address"),
            "phone": _("The organisation's phone number"),
            "introduction": _("Introduction for visitors"),
        }
        help_texts = {
            "email": _("Everybody sees it in the directory. Use a shared address if you have one."),
            "phone": _("Everybody sees it in the directory. For example 040 123 4567."),
            "website": _("For example https://www.esimerkki.fi"),
            "introduction": _("What you do, for whom and where. At most 2,000 characters."),
        }
        widgets = {
            "email": forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            "website": forms.URLInput(attrs={"autocomplete": "url", "inputmode": "url"}),
            "introduction": forms.Textarea(attrs={"rows": 8}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["languages"] = [code for code in self.instance.languages.replace(" ", "").split(",") if code]
        self.fields["phone"].validators.append(
            RegexValidator(r"^\+?[0-9][0-9 ()-]{4,28}$", _("Write a phone number, for example 040 123 4567."))
        )
        # A link of another kind (javascript:, ftp:) has no place on a public page.
        self.fields["website"].validators.append(URLValidator(schemes=["http", "https"]))

    def clean_languages(self):
        return ",".join(self.cleaned_data["languages"])
