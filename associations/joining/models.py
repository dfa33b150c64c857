"""How people come in: invited by e-mail, or by asking the association."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from associations.joining.querysets import InvitationQuerySet, JoinRequestQuerySet
from associations.organisations.models import Organisation
from associations.roles.models import Role

# How long an invitation's link works.
LIFE = datetime.timedelta(days=14)


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
