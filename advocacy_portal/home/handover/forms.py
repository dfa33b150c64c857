"""To whom a role is handed over, and from which day."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from advocacy_portal.home.handover.giving import first_day, usual_day
from associations.roles.models import Role

FEW = 6


class PersonField(forms.ModelChoiceField):
    """People by name, with what they are in the association."""

    titles = {}

    def label_from_instance(self, person):
        titles = self.titles.get(person.pk)
        return f"{person} ({', '.join(titles)})" if titles else str(person)


class HandoverForm(forms.Form):
    to = PersonField(
        label=_("To whom?"), queryset=User.objects.none(), empty_label=_("Choose a person"),
        error_messages={"required": _("Choose to whom the role is handed over.")},
    )  # fmt: skip
    day = forms.DateField(
        label=_("From which day?"),
        help_text=_("The role ends the day before. For example 1.1.2027."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args, role, now, **words):
        super().__init__(*args, **words)
        today = timezone.localtime(now).date()
        # Those who have a role there now or from a later day; next year's board is entered ahead.
        there = Role.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), organisation=role.organisation)
        titles = {}
        for other in there.exclude(person=role.person_id).order_by("starts_on", "pk"):
            found = titles.setdefault(other.person_id, [])
            if (title := str(other.get_kind_display())) not in found:
                found.append(title)
        people = User.objects.filter(pk__in=titles, is_active=True).order_by("name", "pk")
        self.fields["to"].titles = titles
        self.fields["to"].queryset = people
        self.has_choices = bool(people)
        if 0 < len(people) <= FEW:
            self.fields["to"].empty_label = None
            self.fields["to"].widget = forms.RadioSelect(choices=self.fields["to"].choices)
        self.fields["day"].initial = usual_day(role, today)
        self.fields["day"].widget.attrs["min"] = first_day(role, today).isoformat()
        self.fields["to"].label = _("Who is %(role)s from now on?") % {"role": role.get_kind_display()}
