"""The yearly round in which boards look through what the register says of them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.checks.querysets import DetailsRoundQuerySet
from associations.organisations.models import Organisation


class DetailsRound(models.Model):
    """Details round (tietojen tarkistus): a union asks every association to check its board and contact details."""

    union = models.ForeignKey(Organisation, models.CASCADE, related_name="details_rounds", verbose_name=_("union"))
    title = models.CharField(_("title"), max_length=120)
    opened_on = models.DateField(_("opened on"))
    deadline = models.DateField(_("deadline"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by")
    )
    reminded_at = models.DateTimeField(_("last reminded"), null=True, blank=True)
    reminders_sent = models.PositiveSmallIntegerField(_("reminders"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = DetailsRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("details round")
        verbose_name_plural = _("details rounds")
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["union"],
                condition=models.Q(closed_at=None),
                name="one_open_details_round",
                violation_error_message=_("The union has an open round already. Close it first."),
            ),
            models.CheckConstraint(
                condition=models.Q(deadline__gte=models.F("opened_on")),
                name="details_round_ends_after_it_opens",
                violation_error_message=_("The deadline must lie ahead."),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("associations:details_round", args=[self.pk])

    @property
    def is_open(self):
        return self.closed_at is None

    def is_late(self, now):
        return self.is_open and self.deadline < timezone.localtime(now).date()

    def close(self, *, now):
        """End the round. Of two clicks at once, one closes it and the other is told."""
        if not DetailsRound.objects.filter(pk=self.pk).still_open().update(closed_at=now):
            raise ValidationError(_("The round has been closed already."))
        self.refresh_from_db(fields=["closed_at"])

    def stamp_reminder(self, *, now):
        """Note that everybody who has not answered is reminded now; of two clicks at once, one reminds."""
        due = DetailsRound.objects.filter(pk=self.pk).still_open().rested(now)
        if not due.update(reminded_at=now, reminders_sent=models.F("reminders_sent") + 1):
            raise ValidationError(_("The boards have just been reminded."))
        self.refresh_from_db(fields=["reminded_at", "reminders_sent"])


class DetailsConfirmation(models.Model):
    """Confirmation (vahvistus): a board has looked through its details in a round."""

    round = models.ForeignKey(
        DetailsRound, models.CASCADE, related_name="confirmations", verbose_name=_("details round")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="details_confirmations", verbose_name=_("organisation")
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"))

    class Meta:
        verbose_name = _("confirmation of details")
        verbose_name_plural = _("confirmations of details")
        constraints = [models.UniqueConstraint(fields=["round", "organisation"], name="confirmed_once_a_round")]

    def __str__(self):
        return f"{self.organisation}: {self.round}"
