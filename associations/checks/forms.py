"""What staff type when they open a round."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.checks.models import DetailsRound
from associations.organisations.models import Organisation

LONGEST = datetime.timedelta(days=366)
USUAL = datetime.timedelta(days=28)


class RoundForm(forms.Form):
    """A title and a deadline; the union where one works for several."""

    union = forms.ModelChoiceField(
        label=_("Union"), queryset=Organisation.objects.none(), empty_label=None,
        error_messages={"invalid_choice": _("The union has an open round already. Close it first.")},
    )  # fmt: skip
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("The boards see it in the letter, for example “Details for 2027”."),
    )
    deadline = forms.DateField(
        label=_("Deadline"),
        help_text=_("The last day to answer. For example 31.1.2027."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args, user, now, **words):
        super().__init__(*args, **words)
        self.today = timezone.localtime(now).date()
        busy = DetailsRound.objects.still_open().values("union")
        unions = Organisation.objects.staffed_by(user).active().exclude(pk__in=busy).order_by("name_fi")
        self.fields["union"].queryset = unions
        first = list(unions[:2])
        self.has_unions = bool(first)
        if len(first) == 1:
            self.fields["union"].initial = first[0]
            self.fields["union"].widget = forms.HiddenInput()
        self.fields["deadline"].initial = self.today + USUAL
        self.fields["title"].initial = _("Details for %(year)s") % {
            # From autumn on, boards tell of the coming year.
            "year": self.today.year + (self.today.month > 8)
        }

    def clean_deadline(self):
        deadline = self.cleaned_data["deadline"]
        if deadline <= self.today:
            raise forms.ValidationError(_("The deadline must lie ahead."))
        if deadline > self.today + LONGEST:
            raise forms.ValidationError(_("The deadline can be at most a year ahead."))
        return deadline
