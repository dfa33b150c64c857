"""How people come in: invited by e-mail, or by asking the association."""

import datetime
import secrets

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from associations.joining.querysets import LINK_SALT, InvitationQuerySet, JoinRequestQuerySet
from associations.organisations.models import Organisation
from associations.places.models import WellbeingRegion
from associations.roles.models import Role

# How long an invitation's link works.
LIFE = datetime.timedelta(days=14)
# How soon the same letter can be sent again.
RESEND_AFTER = datetime.timedelta(minutes=10)
# How long a declined or expired invitation is still shown to those who sent it.
SHOWN_AFTER = datetime.timedelta(days=30)
# How soon one may ask the same association again after a no.
ASK_AGAIN_AFTER = datetime.timedelta(days=7)


class Invitation(models.Model):
    """Invitation (kutsu): a role that waits for the person whose e-mail address it was sent to.

    The link in the letter carries a signed ``nonce``; sending again makes a new one, so that of several
    letters only the newest opens the door.
    """

    class State(models.TextChoices):
        SENT = "sent", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        REVOKED = "revoked", _("withdrawn")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    kind = models.CharField(_("role"), max_length=20, choices=Role.Kind.choices)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fi")
    # A coordinator's; none for the whole organisation. Regions are never deleted, so «none» cannot come about later.
    regions = models.ManyToManyField(WellbeingRegion, blank=True, related_name="+", verbose_name=_("wellbeing regions"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SENT)
    nonce = models.CharField(max_length=32, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited"))
    sent_count = models.PositiveSmallIntegerField(_("times sent"), default=1)
    expires_at = models.DateTimeField(_("the link works until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    role = models.OneToOneField(
        Role, models.SET_NULL, null=True, blank=True, related_name="invitation", verbose_name=_("role")
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "email"],
                condition=Q(state="sent"),
                name="one_invitation_waits",
                violation_error_message=_("This person has been invited to this role already."),
            ),
            models.CheckConstraint(condition=Q(email=models.functions.Lower("email")), name="invitation_in_lower_case"),
        ]

    def __str__(self):
        return f"{self.email}: {self.get_kind_display()}"

    @property
    def addressee(self):
        return self.name or self.email

    @property
    def token(self):
        """The signed key of the newest letter's link; the same until the invitation is sent again."""
        return signing.Signer(salt=LINK_SALT).sign_object([self.pk, self.nonce])

    def get_link(self):
        return reverse("associations:invitation", args=[self.token])

    @property
    def is_waiting(self):
        return self.state == self.State.SENT

    def is_expired(self, now):
        return self.expires_at <= now

    def can_be_sent_again_at(self):
        return self.expires_at - LIFE + RESEND_AFTER

    @staticmethod
    def make_nonce():
        """A new one; the links of all earlier letters die with the old one."""
        return secrets.token_urlsafe(12)

    def renew(self, *, now, **facts):
        """A fresh link for the same waiting invitation, at most every ten minutes; the older links die."""
        long_enough = Invitation.objects.filter(
            pk=self.pk, state=self.State.SENT, expires_at__lte=now + LIFE - RESEND_AFTER
        )
        fresh = {"nonce": self.make_nonce(), "expires_at": now + LIFE, "sent_count": models.F("sent_count") + 1}
        renewed = long_enough.update(**fresh, **facts)
        if not renewed:
            self.refresh_from_db()
            if not self.is_waiting:
                raise ValidationError(_("This invitation no longer waits for an answer."))
            raise ValidationError(_("The invitation was sent a moment ago. Wait ten minutes before sending it again."))
        self.refresh_from_db()

    def withdraw(self, *, now):
        """The link works no more. What has been answered already is refused."""
        self._leave_waiting(self.State.REVOKED, now)

    def decline(self, *, now):
        """The invited person says no."""
        self._leave_waiting(self.State.DECLINED, now)

    def accept(self, *, role, now):
        """The invitation has become this role."""
        self._leave_waiting(self.State.ACCEPTED, now, role=role)

    def _leave_waiting(self, state, now, **facts):
        waiting = Invitation.objects.filter(pk=self.pk, state=self.State.SENT)
        if not waiting.update(state=state, answered_at=now, **facts):
            raise ValidationError(_("This invitation no longer waits for an answer."))
        self.refresh_from_db()


class JoinRequest(models.Model):
    """Request to join (liittymispyyntö): somebody asks to be let in; the chair or the coordinator answers."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="join_requests", verbose_name=_("organisation")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests", verbose_name=_("person")
    )
    kind = models.CharField(_("role"), max_length=20, choices=Role.Kind.choices, default=Role.Kind.MEMBER)
    message = models.TextField(_("message"), max_length=1000, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(_("asked"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    role = models.OneToOneField(
        Role, models.SET_NULL, null=True, blank=True, related_name="join_request", verbose_name=_("role")
    )

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=Q(state="waiting"),
                name="one_join_request_waits",
                violation_error_message=_("You have asked to join already. The association will answer."),
            )
        ]

    def __str__(self):
        return f"{self.person}: {self.organisation}"

    @property
    def is_waiting(self):
        return self.state == self.State.WAITING

    def approve(self, *, role, decided_by, now):
        """The asker has the role they asked for."""
        self._leave_waiting(self.State.APPROVED, role=role, decided_by=decided_by, decided_at=now)

    def refuse(self, *, reason, decided_by, now):
        """The asker is told no, and why."""
        self._leave_waiting(self.State.REFUSED, reason=reason, decided_by=decided_by, decided_at=now)

    def withdraw(self, *, now):
        """The asker has changed their mind."""
        self._leave_waiting(self.State.WITHDRAWN, decided_at=now)

    def _leave_waiting(self, state, **facts):
        waiting = JoinRequest.objects.filter(pk=self.pk, state=self.State.WAITING)
        if not waiting.update(state=state, **facts):
            raise ValidationError(_("This request has been answered already."))
        self.refresh_from_db()
