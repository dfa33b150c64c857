"""What people type about roles: from which day to which, and which regions a coordinator looks after."""

import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.places.models import WellbeingRegion
from associations.roles.models import Role

# The months in which boards are chosen for the coming year.
CHOOSING_MONTHS = (11, 12)


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **words):
        super().__init__(format="%Y-%m-%d", **words)


class DayField(forms.DateField):
    """A day of our times: a slip of the finger gives year 20 or 9999, which no role lasts to."""

    widget = DayInput

    def to_python(self, value):
        day = super().to_python(value)
        if day and not 1950 <= day.year < 2100:
            raise forms.ValidationError(_("Check the year."), code="invalid")
        return day


def usual_term(today):
    """(first, last day) of a new role: from today, late in the year from next January; until the end of that year."""
    next_year = today.month in CHOOSING_MONTHS
    first = datetime.date(today.year + 1, 1, 1) if next_year else today
    return first, datetime.date(first.year, 12, 31)


class RegionsField(forms.ModelMultipleChoiceField):
    """Wellbeing regions as ticks, by the names that people use."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, region):
        return region.short_name


class TermFields(forms.Form):
    """The days of a role, and for a coordinator the regions."""

    starts_on = DayField(label=_("From"), error_messages={"required": _("Choose the first day.")})
    ends_on = DayField(
        label=_("To"),
        required=False,
        help_text=_("The last day. Leave it empty if the role goes on until further notice."),
    )
    regions = RegionsField(
        label=_("Wellbeing regions of the coordinator"),
        queryset=WellbeingRegion.objects.none(),
        required=False,
        help_text=_("Only for a regional coordinator. If you choose none, the coordinator looks after them all."),
    )

    def clean(self):
        data = super().clean()
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("A role cannot end before it starts."))
        return data

    def ask_regions(self, organisation):
        """The regions a coordinator of this organisation can have: a district's own, a union's all."""
        regions = WellbeingRegion.objects.all()
        if organisation.kind == "district" and organisation.wellbeing_regions.exists():
            regions = organisation.wellbeing_regions.all()
        self.fields["regions"].queryset = regions


class RoleTermForm(TermFields):
    """Correct a role that has been entered."""

    def __init__(self, *args, role, **words):
        words["initial"] = {"starts_on": role.starts_on, "ends_on": role.ends_on, "regions": role.regions.all()}
        super().__init__(*args, **words)
        if role.kind == Role.Kind.COORDINATOR:
            self.ask_regions(role.organisation)
            self.fields["regions"].help_text = _("If you choose none, the coordinator looks after them all.")
        else:
            del self.fields["regions"]


class EndRoleForm(forms.Form):
    """When a role ends."""

    AT_ONCE, ON_A_DAY = "heti", "paiva"

    when = forms.ChoiceField(
        label=_("When does the role end?"),
        choices=[(AT_ONCE, _("At once")), (ON_A_DAY, _("On the day that I choose below"))],
        widget=forms.RadioSelect,
        initial=AT_ONCE,
        error_messages={"required": _("Choose when the role ends.")},
    )
    last_day = DayField(
        label=_("Last day"), required=False, help_text=_("The person has the role until this day is over.")
    )

    def __init__(self, *args, role, **words):
        super().__init__(*args, **words)
        self.role = role

    def clean(self):
        """``last_day`` is the last day in force: yesterday for what ends at once."""
        data = super().clean()
        if data.get("when") == self.AT_ONCE:
            data["last_day"] = timezone.localdate() - datetime.timedelta(days=1)
        elif data.get("when") == self.ON_A_DAY and not data.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", _("Choose the last day."))
        elif data.get("last_day") and data["last_day"] < self.role.starts_on:
            self.add_error("last_day", _("A role cannot end before it starts."))
        return data
