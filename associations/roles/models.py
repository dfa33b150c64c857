"""Who does what for whom, from which day to which."""

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import Organisation
from associations.places.models import WellbeingRegion
from associations.roles.querysets import RoleQuerySet
from associations.roles.standing import BOARD_KINDS


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="RoleHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    append_only=True,
)
class Role(models.Model):
    """Role (tehtävä): a dated fact. Boards change on 1 January; next year's can be entered ahead.

    An administrator's role has no organisation. A coordinator's names the union and the wellbeing
    regions looked after; without regions it covers the whole organisation.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("member")
        BOARD_MEMBER = "board_member", _("board member")
        CHAIR = "chair", _("chair")
        SECRETARY = "secretary", _("secretary")
        ADVOCACY_OFFICER = "advocacy_officer", _("advocacy officer")
        COORDINATOR = "coordinator", _("regional coordinator")
        STAFF = "staff", _("staff")
        LEGAL_ADVISER = "legal_adviser", _("legal adviser")
        ADMINISTRATOR = "administrator", _("administrator")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="roles", verbose_name=_("person"))
    kind = models.CharField(_("role"), max_length=20, choices=Kind.choices)
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("organisation")
    )
    regions = models.ManyToManyField(
        WellbeingRegion, blank=True, related_name="coordinator_roles", verbose_name=_("wellbeing regions")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    # Who took the role over, when it was handed over.
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="predecessors",
        verbose_name=_("handed over to"),
    )  # fmt: skip

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["organisation", "kind", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_it_starts",
                violation_error_message=_("A role cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(kind="administrator") | Q(organisation__isnull=False),
                name="role_has_an_organisation",
                violation_error_message=_("Choose the organisation of this role."),
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "organisation", "starts_on"],
                name="one_role_from_a_day",
                # An administrator's role has no organisation; it too is one a day.
                nulls_distinct=False,
                violation_error_message=_("This person has the same role from the same day already."),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "kind", "starts_on"], name="role_of_organisation")]

    def __str__(self):
        return f"{self.person}: {self.get_kind_display()}"

    @property
    def is_boards(self):
        """Whether it is a seat of the board; what an ordinary member may see of the others."""
        return self.kind in BOARD_KINDS

    def begins_later(self, day):
        return self.starts_on > day

    def has_ended(self, day):
        return self.ends_on is not None and self.ends_on < day

    def end(self, *, last_day):
        """The role lapses when ``last_day`` is over. What ended sooner already is refused."""
        if last_day < self.starts_on:
            raise ValidationError({"last_day": _("A role cannot end before it starts.")})
        running = Role.objects.filter(pk=self.pk).filter(Q(ends_on=None) | Q(ends_on__gt=last_day))
        if not running.update(ends_on=last_day):
            raise ValidationError(_("This role ends on that day, or earlier, already."))
        self.refresh_from_db(fields=["ends_on"])

    def correct(self, *, starts_on, ends_on):
        """The role is in force from the one day to the other; refused when the person has such a role already."""
        self.starts_on, self.ends_on = starts_on, ends_on
        self.validate_constraints()
        try:
            with transaction.atomic():
                self.save(update_fields=["starts_on", "ends_on"])
        except IntegrityError as clash:
            raise ValidationError(_("This person has the same role from the same day already.")) from clash

    def remove(self, *, today):
        """The row is gone. Only what has not begun before today: history is kept."""
        with transaction.atomic():
            unbegun = Role.objects.select_for_update(of=["self"]).filter(pk=self.pk, starts_on__gte=today).first()
            if unbegun is None:
                raise ValidationError(_("The role has begun already. End it instead, so that the history stays."))
            unbegun.delete()

    def clean(self):
        super().clean()
        union_roles = {self.Kind.STAFF, self.Kind.LEGAL_ADVISER}
        if self.kind in union_roles and self.organisation and self.organisation.kind != Organisation.Kind.UNION:
            raise ValidationError({"organisation": _("This role belongs to a central organisation.")})
        area_kinds = {Organisation.Kind.UNION, Organisation.Kind.DISTRICT}
        if self.kind == self.Kind.COORDINATOR and self.organisation and self.organisation.kind not in area_kinds:
            raise ValidationError(
                {"organisation": _("A regional coordinator works for a central organisation or a district.")}
            )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    model_name="RoleRegionHistory",
    obj_field=None,
    append_only=True,
)
class RoleRegion(Role.regions.through):
    """A wellbeing region that a coordinator looks after, here only so that its changes are written down."""

    class Meta:
        proxy = True
