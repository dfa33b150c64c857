"""What staff type about their union's own dates."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from associations.organisations.models import Organisation
from associations.wheel.models import UnionDate

MONTHS = [
    (1, pgettext_lazy("month", "January")),
    (2, pgettext_lazy("month", "February")),
    (3, pgettext_lazy("month", "March")),
    (4, pgettext_lazy("month", "April")),
    (5, pgettext_lazy("month", "May")),
    (6, pgettext_lazy("month", "June")),
    (7, pgettext_lazy("month", "July")),
    (8, pgettext_lazy("month", "August")),
    (9, pgettext_lazy("month", "September")),
    (10, pgettext_lazy("month", "October")),
    (11, pgettext_lazy("month", "November")),
    (12, pgettext_lazy("month", "December")),
]


class UnionDateForm(forms.ModelForm):
    """A day of the union's year. The union is asked only of those who work for several."""

    month = forms.TypedChoiceField(label=_("Month"), choices=[("", "–"), *MONTHS], coerce=int)

    class Meta:
        model = UnionDate
        fields = [
            "union", "title_fi", "title_sv", "title_en", "day", "month", "year",
            "text", "website", "audience", "remind_days",
        ]  # fmt: skip
        labels = {
            "union": _("Whose date"),
            "title_fi": _("Title in Finnish"),
            "title_sv": _("Title in Swedish"),
            "title_en": _("Title in English"),
            "day": _("Day"),
            "year": _("Year"),
            "text": _("What to do"),
            "website": _("Link"),
            "audience": pgettext_lazy("own date", "Who sees it"),
            "remind_days": _("Days beforehand among next steps"),
        }
        help_texts = {
            "title_fi": _("For example: The week of children's rights begins."),
            "day": _("The day of the month as a number."),
            "year": _("Leave empty if it comes every year."),
            "text": _("In one sentence: what an association can do then."),
            "website": _("For example https://www.esimerkki.fi"),
            "remind_days": _("So many days before the day it shows on people's own pages. Leave empty for none."),
        }
        widgets = {
            "audience": forms.RadioSelect,
            "day": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "year": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "remind_days": forms.NumberInput(attrs={"inputmode": "numeric"}),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        unions = Organisation.objects.staffed_by(user).active().order_by("name_fi", "pk")
        self.fields["union"].queryset = unions
        self.fields["union"].empty_label = None
        ours = list(unions[:2])
        if len(ours) == 1 and (self.instance.pk is None or self.instance.union_id == ours[0].pk):
            # Nothing to choose: the one union, whatever the request says.
            del self.fields["union"]
            self.instance.union = ours[0]
        # A link of another kind (javascript:, ftp:) has no place on a public page.
        self.fields["website"].validators.append(URLValidator(schemes=["http", "https"]))
