"""Trainings, webinars and other moments when we meet."""

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from associations.models import Municipality, Organisation, WellbeingRegion
from events.calendar.querysets import EventQuerySet


class Event(models.Model):
    """Event (tapahtuma): a training, webinar or meeting that an organisation arranges.

    Full and closed are not states: they follow from the seats and the clock.
    """

    class Kind(models.TextChoices):
        TRAINING = "training", _("training")
        COACHING = "coaching", _("coaching")
        WEBINAR = "webinar", _("webinar")
        ONLINE_COURSE = "online_course", _("online course")
        MEETUP = "meetup", _("online meet-up")
        DISCUSSION = "discussion", _("discussion evening")
        THEME_EVENT = "theme_event", _("theme event")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")

    class Attendance(models.TextChoices):
        ONSITE = "onsite", _("on site")
        REMOTE = "remote", _("remote")
        HYBRID = "hybrid", _("on site and remote")

    class Language(models.TextChoices):
        FINNISH = "fi", pgettext_lazy("spoken language", "Finnish")
        SWEDISH = "sv", pgettext_lazy("spoken language", "Swedish")
        ENGLISH = "en", pgettext_lazy("spoken language", "English")

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organiser = models.ForeignKey(Organisation, models.PROTECT, related_name="events", verbose_name=_("organiser"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=150)
    summary = models.CharField(_("in short"), max_length=300, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    audience = models.CharField(_("for whom"), max_length=300, blank=True)
    open_to_all = models.BooleanField(_("open to all"), default=True)
    co_organisers = models.CharField(_("together with"), max_length=300, blank=True)
    trainers = models.CharField(_("trainers and speakers"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_period = models.BooleanField(_("a period, such as an online course"), default=False)
    attendance = models.CharField(_("how to take part"), max_length=10, choices=Attendance.choices)
    place = models.CharField(_("place"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="events", verbose_name=_("municipality")
    )
    regions = models.ManyToManyField(
        WellbeingRegion, blank=True, related_name="events", verbose_name=_("wellbeing regions")
    )
    remote_link = models.URLField(_("remote link"), blank=True, max_length=500)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.FINNISH)
    accessibility = models.TextField(_("accessibility and interpretation"), max_length=1000, blank=True)
    price = models.CharField(_("price"), max_length=100, blank=True)
    # Whom those who come may ask: everybody who sees the event sees these.
    contact_name = models.CharField(_("contact person"), max_length=150, blank=True)
    contact_email = models.EmailField(_("contact person's e-mail"), blank=True)
    contact_phone = models.CharField(_("contact person's phone number"), max_length=40, blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(1)])
    seats_taken = models.PositiveIntegerField(default=0, editable=False)
    last_number = models.PositiveIntegerField(default=0, editable=False)
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    outside_registration_url = models.URLField(_("registration elsewhere"), blank=True, max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    # Counts the changes that people must be told of; SEQUENCE of RFC 5545.
    revision = models.PositiveIntegerField(default=0, editable=False)
    moved_at = models.DateTimeField(null=True, blank=True, editable=False)

    # What the portal's own verbs decide: a form never saves these, a copy never takes them along.
    OWN_FIELDS = frozenset(
        {
            "id",
            "uid",
            "seats_taken",
            "last_number",
            "state",
            "published_at",
            "cancelled_at",
            "cancel_reason",
            "revision",
            "moved_at",
        }
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The event must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gt=0, seats_taken__lte=F("capacity")),
                name="event_is_never_overbooked",
            ),
            models.CheckConstraint(
                condition=Q(registration_opens_at=None)
                | Q(registration_opens_at__lt=Coalesce("registration_closes_at", "starts_at")),
                name="registration_opens_before_it_closes",
                violation_error_message=_("Registration must open before it closes."),
            ),
            models.CheckConstraint(
                condition=Q(registration_closes_at=None) | Q(registration_closes_at__lte=F("ends_at")),
                name="registration_closes_before_the_end",
                violation_error_message=_("Registration must close before the event ends."),
            ),
        ]
        indexes = [
            # The list: where it begins is found by the first, and read on in order by the second.
            models.Index(fields=["ends_at", "starts_at"], name="event_by_end"),
            models.Index(fields=["starts_at", "id"], name="event_in_order"),
            models.Index(fields=["organiser", "starts_at"], name="event_of_organiser"),
            # A board's «register before it closes» among 50,000 events: 0.05 ms instead of 5.
            models.Index(fields=["organiser", "registration_closes_at"], name="event_closing"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("events:event", args=[self.pk])

    def clean(self):
        super().clean()
        faults = {}
        if self.attendance in {self.Attendance.ONSITE, self.Attendance.HYBRID} and not self.place:
            faults["place"] = _("Write where the event is held.")
        if self.outside_registration_url and self.capacity is not None:
            faults["capacity"] = _("Seats are counted only when people register in the portal.")
        if self.capacity is not None and self.capacity < self.seats_taken:
            faults["capacity"] = _("There are already %(count)s registered.") % {"count": self.seats_taken}
        if faults:
            raise ValidationError(faults)

    # --- What follows from the facts ---

    @property
    def closes_at(self):
        """The moment registration ends: as set, else when the event starts."""
        return self.registration_closes_at or self.starts_at

    @property
    def seats_left(self):
        """Free seats; None when there is no limit."""
        return None if self.capacity is None else max(self.capacity - self.seats_taken, 0)

    @property
    def is_full(self):
        return self.seats_left == 0

    @property
    def is_draft(self):
        return self.state == self.State.DRAFT

    @property
    def is_cancelled(self):
        return self.state == self.State.CANCELLED

    @property
    def where(self):
        """Where one goes, in a few words: the place, «remote», or both."""
        if self.attendance == self.Attendance.HYBRID and self.place:
            return _("%(place)s and remote") % {"place": self.place}
        return self.place or self.get_attendance_display()

    @property
    def has_contact(self):
        return bool(self.contact_name or self.contact_email or self.contact_phone)

    @property
    def counts_registrations(self):
        """People register here in the portal, or did before registration moved elsewhere."""
        return bool(self.last_number) or not (self.is_draft or self.outside_registration_url)

    def is_over(self, now):
        return self.ends_at < now

    def is_open(self, now):
        """Registration is going on here in the portal, whether for seats or for the waiting list."""
        opened = self.registration_opens_at is None or self.registration_opens_at <= now
        here = not self.outside_registration_url
        return self.state == self.State.PUBLISHED and here and opened and now < self.closes_at

    # --- Verbs ---

    def publish(self, *, now):
        """Announce a draft. Of two clicks at once, one publishes and the other is told."""
        if self.ends_at < now:
            raise ValidationError(_("The event is already over. Change its time first."))
        drafts = Event.objects.filter(pk=self.pk, state=self.State.DRAFT)
        if not drafts.update(state=self.State.PUBLISHED, published_at=now):
            raise ValidationError(_("Only a draft can be published."))
        self.refresh_from_db(fields=["state", "published_at"])

    def call_off(self, *, reason, now):
        """Cancel a published event. The registered are told by whoever calls this (see registrations)."""
        published = Event.objects.filter(pk=self.pk, state=self.State.PUBLISHED)
        if not published.update(
            state=self.State.CANCELLED, cancelled_at=now, cancel_reason=reason, revision=F("revision") + 1
        ):
            raise ValidationError(_("Only a published event can be cancelled."))
        self.refresh_from_db(fields=["state", "cancelled_at", "cancel_reason", "revision"])

    def note_move(self, *, now):
        """People must be told of a new time or place: letters of the old revision are no longer true."""
        Event.objects.filter(pk=self.pk).update(revision=F("revision") + 1, moved_at=now)
        self.refresh_from_db(fields=["revision", "moved_at"])

    def copy(self, *, now):
        """An unsaved draft like this one, on the same weekday and hour a year later, or the first year still ahead."""
        years = max(1, (now - self.starts_at) // A_YEAR + 1)
        facts = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.name not in self.OWN_FIELDS
        }
        for name in ("starts_at", "ends_at", "registration_opens_at", "registration_closes_at"):
            facts[name] = facts[name] and _later(facts[name], years * A_YEAR)
        return Event(**facts)


A_YEAR = datetime.timedelta(weeks=52)


def _later(moment, time):
    """The same hour on Finnish clocks, whether it is summer or winter then."""
    return timezone.make_aware(timezone.localtime(moment).replace(tzinfo=None) + time)
