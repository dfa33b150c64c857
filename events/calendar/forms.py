"""What staff type about an event, and what people search the calendar with."""

import datetime
import difflib
import hashlib

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext_lazy as _

from advocacy_portal.lib.moments import day_text
from advocacy_portal.lib.phones import check_phone
from associations.models import Municipality, Organisation, WellbeingRegion
from events.calendar.models import Event


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **words):
        super().__init__(format="%Y-%m-%d", **words)


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **words):
        super().__init__(format="%H:%M", **words)


class DayField(forms.DateField):
    """A day of our times: a slip of the finger gives year 20 or 9999, which no calendar can hold."""

    widget = DayInput

    def to_python(self, value):
        day = super().to_python(value)
        if day and not 2000 <= day.year < 2100:
            raise forms.ValidationError(_("Check the year."), code="invalid")
        return day


class ClockField(forms.TimeField):
    """An hour on Finnish clocks, with a point or a colon."""

    widget = ClockInput

    def __init__(self, **words):
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S"], **words)


class MunicipalityField(forms.CharField):
    """A municipality by its name, Finnish or Swedish: quicker to write than to find among three hundred."""

    def prepare_value(self, value):
        if isinstance(value, int):
            return str(Municipality.objects.filter(pk=value).first() or "")
        return value

    def clean(self, value):
        name = super().clean(value)
        if not name:
            return None
        by_name = {}
        for row in Municipality.objects.filter(valid_to=None).order_by("-name_sv"):
            by_name |= {row.name_sv.casefold(): row, row.name_fi.casefold(): row}
        if found := by_name.get(name.casefold()):
            return found
        near = difflib.get_close_matches(name.casefold(), filter(None, by_name), n=3, cutoff=0.6)
        names = list(dict.fromkeys(by_name[one].name for one in near))
        if names:
            words = _("No municipality is called «%(name)s». Did you mean: %(names)s?")
        else:
            words = _("No municipality is called «%(name)s». Write the name as in «Tampere», or leave this empty.")
        raise forms.ValidationError(
            words, code="unknown", params={"name": Truncator(name).chars(40), "names": ", ".join(names)}
        )

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class EventForm(forms.ModelForm):
    """An event as its organiser describes it. Days and hours are asked apart, in Finnish time."""

    starts_on = DayField(label=_("First day"), error_messages={"required": _("Choose the day.")})
    starts_clock = ClockField(label=_("Starts at"), error_messages={"required": _("Write when the event starts.")})
    ends_clock = ClockField(label=_("Ends at"), error_messages={"required": _("Write when the event ends.")})
    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Fill in only when the event lasts several days.")
    )
    opens_on = DayField(
        label=_("First day to register"), required=False, help_text=_("Leave empty when people can register at once.")
    )
    closes_on = DayField(
        label=_("Last day to register"),
        required=False,
        help_text=_("If you leave this empty, people can register until the event starts."),
    )

    municipality = MunicipalityField(
        label=_("Municipality"), max_length=100, required=False, help_text=_("Write its name, for example Tampere.")
    )
    # Which event the person who fills in the form has seen: nobody undoes a colleague's work unaware.
    seen_version = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    class Meta:
        model = Event
        fields = [
            "organiser",
            "kind",
            "title",
            "summary",
            "description",
            "audience",
            "open_to_all",
            "trainers",
            "co_organisers",
            "attendance",
            "place",
            "address",
            "municipality",
            "remote_link",
            "language",
            "accessibility",
            "price",
            "regions",
            "capacity",
            "outside_registration_url",
            "contact_name",
            "contact_email",
            "contact_phone",
        ]
        labels = {
            "contact_name": _("Name of the contact person"),
            "contact_email": _("E-mail of the contact person"),
            "contact_phone": _("Phone number of the contact person"),
        }
        error_messages = {
            "organiser": {"required": _("Choose the organiser.")},
            "kind": {"required": _("Choose the kind of the event.")},
            "title": {"required": _("Write the title of the event.")},
            "attendance": {"required": _("Choose how people take part.")},
        }
        help_texts = {
            "summary": _("One or two sentences that show in the list."),
            "audience": _("For example: boards of associations"),
            "open_to_all": _("Anybody may register. Otherwise only people of our own associations see the event."),
            "remote_link": _("Only those who have registered see the link."),
            "accessibility": _("For example step-free access, induction loop, subtitles, interpretation."),
            "price": _("Leave empty when the event is free."),
            "capacity": _("Leave empty when there is no limit. After the last seat people go on a waiting list."),
            "outside_registration_url": _("Fill in only if people register on another website."),
            "regions": _("Leave empty when the event is for the whole country."),
            "contact_name": _("Whom people can ask about the event. Everybody who sees the event sees these details."),
            "contact_phone": _("For example 040 123 4567."),
        }
        widgets = {
            "attendance": forms.RadioSelect,
            "language": forms.RadioSelect,
            "description": forms.Textarea(attrs={"rows": 8}),
            "accessibility": forms.Textarea(attrs={"rows": 3}),
            "regions": forms.CheckboxSelectMultiple,
            "contact_phone": forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
            "contact_email": forms.EmailInput(attrs={"inputmode": "email"}),
        }

    # In the order in which one plans an event.
    GROUPS = [
        (_("What"), "organiser kind title summary description trainers co_organisers language"),
        (_("When"), "starts_on starts_clock ends_clock ends_on"),
        (_("Where"), "attendance place address municipality remote_link accessibility"),
        (_("Who may come"), "open_to_all audience price regions"),
        (_("Registration"), "capacity opens_on closes_on outside_registration_url"),
        (_("Contact person"), "contact_name contact_email contact_phone"),
    ]

    def __init__(self, *args, user, **words):
        super().__init__(*args, **words)
        self.user = user
        # Faults are listed in the order of the page.
        self.order_fields([name for _title, names in self.GROUPS for name in names.split()])
        unions = list(Organisation.objects.staffed_by(user).order_by("name_fi"))
        if len(unions) == 1:
            # Nothing to choose.
            del self.fields["organiser"]
            self.instance.organiser = unions[0]
        else:
            self.fields["organiser"].queryset = Organisation.objects.staffed_by(user)
        if self.instance.pk:
            self.initial["seen_version"] = version_of(self.instance, self.instance.regions.all())
        self.fields["contact_phone"].validators.append(check_phone)
        self.fields["kind"].choices = [("", _("Choose"))] + capitals(Event.Kind)
        self.fields["attendance"].choices = capitals(Event.Attendance)
        self.fields["language"].choices = capitals(Event.Language)
        if self.instance.starts_at:
            self.initial |= days_and_clocks(self.instance)

    def what_differs(self, saved):
        """The fields that were typed otherwise than they are in ``saved``, each with what is saved, in words."""
        now = EventForm(instance=saved, user=self.user)
        for name, field in self.fields.items():
            if name != "seen_version" and name in now.fields:
                initial = now.get_initial_for_field(now.fields[name], name)
                if field.has_changed(_one_newline(initial), _one_newline(self[name].data)):
                    yield name, in_words(now[name])

    def show_saved(self, saved):
        """Somebody else saved the event meanwhile: keep what was typed, and say at each field what is saved now.

        Who then sends the form again has seen it.
        """
        self.add_error(
            None,
            _(
                "Somebody else has changed the event meanwhile, so nothing was saved. What you typed is still here. "
                "Compare, and save again when all is right."
            ),
        )
        for name, words in list(self.what_differs(saved)):
            told = {"label": self[name].label, "value": words}
            self.add_error(name, forms.ValidationError(_("%(label)s, saved now: %(value)s"), params=told))
        self.data = self.data.copy()
        self.data["seen_version"] = version_of(saved, saved.regions.all())

    def groups(self):
        """The fields under their headings: the form is long."""
        for title, names in self.GROUPS:
            yield title, [self[name] for name in names.split() if name in self.fields]

    def clean(self):
        data = super().clean()
        day, start, end = data.get("starts_on"), data.get("starts_clock"), data.get("ends_clock")
        if day and start and end:
            last, opens, closes = data.get("ends_on") or day, data.get("opens_on"), data.get("closes_on")
            event = self.instance
            event.starts_at, event.ends_at = moment(day, start), moment(last, end)
            event.is_period = last > day
            event.registration_opens_at = moment(opens, datetime.time(0)) if opens else None
            event.registration_closes_at = self._closing(event, closes)
            if event.ends_at <= event.starts_at:
                self.add_error("ends_clock", _("The event must end after it starts."))
            elif closes and closes > last:
                self.add_error("closes_on", _("Registration must close before the event ends."))
            elif opens and event.registration_opens_at >= event.closes_at:
                self.add_error("opens_on", _("Registration must open before it closes."))
        return data

    def _closing(self, event, closes):
        """The whole of the last day, but no longer than until the event starts, or a period ends."""
        if closes is None:
            return None
        if not {"closes_on", "starts_on", "starts_clock", "ends_on", "ends_clock"} & set(self.changed_data):
            # An hour that this form cannot show stays as it was.
            return event.registration_closes_at
        first_day = timezone.localdate(event.starts_at)
        return min(moment(closes, LAST_MINUTE), event.starts_at if closes == first_day else event.ends_at)


def capitals(kinds):
    """Choices as a form shows them: words of a sentence elsewhere, lines of their own here."""
    return [(value, capfirst(label)) for value, label in kinds.choices]


LAST_MINUTE = datetime.time(23, 59)


def version_of(event, regions):
    """All of an event that the form can change, pressed into a few letters."""
    facts = [
        (field.attname, getattr(event, field.attname))
        for field in event._meta.concrete_fields
        if field.name not in event.OWN_FIELDS
    ]
    # The same moment looks different in another time zone, a default different from what the database gives back.
    plain = [(name, f"{value.timestamp() if isinstance(value, datetime.datetime) else value}") for name, value in facts]
    plain.append(("regions", sorted(region.pk for region in regions)))
    return hashlib.sha256(repr(plain).encode()).hexdigest()[:40]


def _one_newline(value):
    """Browsers send two signs for the end of a line."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def in_words(field):
    """What a field holds, as a reader would say it; long text from its beginning."""
    value = field.value()
    if isinstance(value, list):
        value = ", ".join(label for key, label in field.field.choices if getattr(key, "value", key) in value)
    elif isinstance(value, bool):
        value = _("yes") if value else _("no")
    elif isinstance(value, datetime.date):
        value = day_text(value)
    elif isinstance(value, datetime.time):
        value = f"{value:%H.%M}"
    elif getattr(field.field, "choices", None):
        value = {str(key): label for key, label in field.field.choices}.get(str(value), value)
    return Truncator(str(value)).chars(200) if value not in (None, "") else _("empty")


def days_and_clocks(event):
    """The moments of an event as the form asks for them."""
    start, end = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
    opens, closes = event.registration_opens_at, event.registration_closes_at
    return {
        "starts_on": start.date(),
        "starts_clock": start.time(),
        "ends_clock": end.time(),
        "ends_on": end.date() if end.date() != start.date() else None,
        "opens_on": timezone.localdate(opens) if opens else None,
        "closes_on": timezone.localdate(closes) if closes else None,
    }


def moment(day, clock):
    """A Finnish day and hour as a moment."""
    return timezone.make_aware(datetime.datetime.combine(day, clock))


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is the event cancelled?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The registered get this in their letter."),
        error_messages={"required": _("Write why the event is cancelled.")},
    )


class SearchForm(forms.Form):
    """Filters of the calendar. What cannot be understood filters nothing."""

    q = forms.CharField(label=_("Search events"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    attendance = forms.ChoiceField(label=_("How to take part"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    region = forms.ModelChoiceField(
        label=_("Wellbeing region"),
        queryset=WellbeingRegion.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("All"),
    )
    organiser = forms.ModelChoiceField(
        label=_("Organiser"), queryset=Organisation.objects.active().unions(), required=False, empty_label=_("All")
    )

    def __init__(self, *args, **words):
        super().__init__(*args, **words)
        anything = [("", _("All"))]
        self.fields["kind"].choices = anything + capitals(Event.Kind)
        self.fields["attendance"].choices = anything + [("onsite", _("On site")), ("remote", _("Remote"))]
        self.fields["language"].choices = anything + capitals(Event.Language)

    def narrow(self, events):
        """The events that fit, whatever part of the form could be understood."""
        self.is_valid()
        data = self.cleaned_data
        if text := data.get("q"):
            events = events.filter(
                Q(title__icontains=text)
                | Q(summary__icontains=text)
                | Q(trainers__icontains=text)
                | Q(place__icontains=text)
            )
        if data.get("kind"):
            events = events.filter(kind=data["kind"])
        if data.get("attendance") == "onsite":
            events = events.exclude(attendance=Event.Attendance.REMOTE)
        elif data.get("attendance") == "remote":
            events = events.exclude(attendance=Event.Attendance.ONSITE)
        if data.get("language"):
            events = events.filter(language=data["language"])
        if data.get("region"):
            events = events.filter(Q(regions=data["region"]) | Q(regions=None))
        if data.get("organiser"):
            events = events.filter(organiser=data["organiser"])
        return events

    def chosen(self):
        """The filters in force as (name, words), for the page to show and to take away."""
        labels = {name: dict(self.fields[name].choices) for name in ("kind", "attendance", "language")}
        words = []
        for name, value in self.cleaned_data.items():
            if value:
                words.append((name, f"«{value}»" if name == "q" else labels.get(name, {}).get(value, value)))
        return words
