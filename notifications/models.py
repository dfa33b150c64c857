"""What we tell people: every letter is a row first."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.querysets import OutgoingMailQuerySet

RESEND_LIFE = datetime.timedelta(hours=72)
STUCK = ("failed", "unknown", "expired", "suppressed", "cancelled")


class OutgoingMail(models.Model):
    """Letter (kirje): one message to one person, owed, on its way or sent. The queue only hints at it."""

    class State(models.TextChoices):
        DUE = "due", pgettext_lazy("letter", "Waiting")
        CLAIMED = "claimed", pgettext_lazy("letter", "Being sent")
        HANDOVER = "handover", pgettext_lazy("letter", "Waiting for the mail server's answer")
        SENT = "sent", pgettext_lazy("letter", "Sent")
        FAILED = "failed", pgettext_lazy("letter", "Failed")
        UNKNOWN = "unknown", pgettext_lazy("letter", "Uncertain")
        EXPIRED = "expired", pgettext_lazy("letter", "Too late")
        SUPPRESSED = "suppressed", pgettext_lazy("letter", "Address blocked")
        CANCELLED = "cancelled", pgettext_lazy("letter", "Withdrawn")

    class Queue(models.TextChoices):
        NOW = "now", _("At once")
        BULK = "bulk", _("In bulk")

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=60)
    queue = models.CharField(_("queue"), max_length=4, choices=Queue.choices, default=Queue.NOW)
    to = models.CharField(_("address"), max_length=320)
    name = models.CharField(_("recipient"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, default="fi")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name=_("person"),
    )
    # A plain number: this app knows no association. Who may read the letter is asked with it.
    organisation_id = models.BigIntegerField(_("union"), null=True, blank=True)
    about = models.BigIntegerField(_("about"), null=True, blank=True)
    revision = models.IntegerField(_("revision"), default=0)

    state = models.CharField(pgettext_lazy("letter", "state"), max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("useless after"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    doubts = models.PositiveSmallIntegerField(_("times in doubt"), default=0)
    token = models.IntegerField(default=0, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    # Only for letters that came ready-made (log-in codes and the like); emptied once sent.
    content = models.BinaryField(null=True, blank=True, editable=False)
    subject = models.CharField(_("subject"), max_length=250, blank=True)
    dated_at = models.DateTimeField(null=True, blank=True, editable=False)
    relay_reply = models.CharField(_("mail server's answer"), max_length=500, blank=True)
    last_error = models.CharField(_("latest fault"), max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("e-mail", "letter")
        verbose_name_plural = pgettext_lazy("e-mail", "letters")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["queue", "due_at"], condition=Q(state="due"), name="mail_due"),
            models.Index(fields=["lease_until"], condition=Q(state__in=["claimed", "handover"]), name="mail_leased"),
            models.Index(fields=["kind", "about"], condition=Q(state__in=["due", "claimed"]), name="mail_open"),
            models.Index(
                fields=["organisation_id", "state"],
                condition=~Q(state__in=["sent", "cancelled"]),
                name="mail_unfinished",
            ),
            models.Index(fields=["organisation_id", "-id"], name="mail_of_union"),
            models.Index(fields=["created_at"], name="mail_age"),
        ]

    def __str__(self):
        return f"{self.kind} #{self.pk}"

    @property
    def is_ready_made(self):
        return self.kind == "ready-made"

    def send_again(self, *, now):
        """Put an unsent letter back in the queue. False when it has meanwhile moved on."""
        moved = OutgoingMail.objects.filter(pk=self.pk, state__in=STUCK).update(
            state="due",
            due_at=now,
            expires_at=now + RESEND_LIFE,
            attempts=0,
            lease_until=None,
            last_error="",
        )
        self.refresh_from_db()
        return bool(moved)

    def copy(self, *, now):
        """A new letter with the same content for somebody whose first one went astray; None if made already."""
        again = OutgoingMail.objects.filter(key__startswith=f"{self.key}:again:").count() + 1
        return OutgoingMail.objects.insert_once(
            OutgoingMail(
                key=f"{self.key}:again:{again}",
                kind=self.kind,
                queue="now",
                to=self.to,
                name=self.name,
                language=self.language,
                person_id=self.person_id,
                organisation_id=self.organisation_id,
                about=self.about,
                revision=self.revision,
                due_at=now,
                expires_at=now + RESEND_LIFE,
                created_at=now,
            )
        )


class SuppressedAddress(models.Model):
    """Blocked address (estetty osoite): nothing is sent there any more."""

    address = models.CharField(_("address"), max_length=320, unique=True)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    created_at = models.DateTimeField(_("blocked"), default=timezone.now)

    class Meta:
        verbose_name = _("blocked address")
        verbose_name_plural = _("blocked addresses")

    def __str__(self):
        return self.address

    def save(self, *args, **kwargs):
        self.address = self.address.strip().lower()
        super().save(*args, **kwargs)


class Relay(models.Model):
    """Mail server (postipalvelin): whether it answers, known to all workers at once."""

    name = models.CharField(max_length=40, unique=True)
    # None while all is well; else when the next worker may knock.
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    down_since = models.DateTimeField(_("down since"), null=True, blank=True)
    last_error = models.CharField(_("latest fault"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("mail server")
        verbose_name_plural = _("mail servers")

    def __str__(self):
        return self.name
