"""Who comes to an event, and who waits for a seat."""

import uuid

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from associations.models import Organisation
from events.calendar.models import Event
from events.registrations.querysets import RegistrationQuerySet

LINK_SALT = "events.registration"


class Registration(models.Model):
    """Registration (ilmoittautuminen) of one person to one event, numbered in the order of arrival."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        WAITING = "waiting", _("on the waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name=_("event"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    association = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="registrations",
        verbose_name=_("association"),
    )
    # What a guest wrote; a member's association is the key above.
    association_text = models.CharField(_("association or organisation"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fi")
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    number = models.PositiveIntegerField(_("number"))
    # Sent along by the form: the same form sent twice is one registration.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("registered at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "email"], condition=~Q(state="cancelled"), name="one_registration_for_an_address"
            ),
            models.UniqueConstraint(fields=["event", "number"], name="one_place_in_the_order"),
            models.UniqueConstraint(fields=["event", "form_key"], name="one_registration_for_a_form"),
        ]
        indexes = [
            models.Index(fields=["person", "event"], name="registrations_of_person"),
            models.Index(fields=["email"], condition=Q(person=None), name="registrations_of_guest"),
        ]

    def __str__(self):
        return f"{self.name}: {self.event}"

    @property
    def is_confirmed(self):
        return self.state == self.State.CONFIRMED

    @property
    def is_waiting(self):
        return self.state == self.State.WAITING

    @property
    def is_cancelled(self):
        return self.state == self.State.CANCELLED

    @property
    def association_name(self):
        return self.association.name if self.association else self.association_text

    @property
    def token(self):
        """Signed proof that one got the letter."""
        return signing.dumps([self.pk, self.form_key.hex], salt=LINK_SALT)

    def get_manage_url(self):
        """The signed address by which its owner sees, and may cancel, the registration without logging in."""
        return reverse("events:registration_manage", args=[self.token])
