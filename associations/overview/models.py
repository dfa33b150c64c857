"""How each association is doing, counted ahead, so that the list is as quick for 50,000 as for 50."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import Organisation
from associations.overview.querysets import AssociationStateQuerySet
from associations.places.models import WellbeingRegion


class AssociationState(models.Model):
    """State of an association (yhdistyksen tilanne): a row counted from roles, details and activity.

    Nothing is typed here: ``overview.counting`` makes it anew for an association whose facts changed, and for
    all every night, because roles lapse by date.
    """

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, primary_key=True, related_name="state", verbose_name=_("organisation")
    )
    # Copied from the organisation, so that one index leads to the page's rows.
    union = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+", verbose_name=_("union"))
    district = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="+", verbose_name=_("district"))
    region = models.ForeignKey(
        WellbeingRegion, models.PROTECT, null=True, related_name="+", verbose_name=_("wellbeing region")
    )
    name = models.CharField(_("name"), max_length=200)
    has_chair = models.BooleanField(_("has a chair"), default=False)
    board_size = models.PositiveSmallIntegerField(_("people on the board"), default=0)
    has_next_board = models.BooleanField(_("has next year's board"), default=False)
    is_reachable = models.BooleanField(_("has contact details"), default=False)
    details_confirmed_on = models.DateField(_("details confirmed"), null=True, blank=True)
    last_active_on = models.DateField(_("last seen active"), null=True, blank=True)
    # The more, the nearer the top: 0 for an association of which nothing is missing.
    needs = models.PositiveSmallIntegerField(_("needs help"), default=0)
    counted_on = models.DateField(_("counted"))

    objects = AssociationStateQuerySet.as_manager()

    class Meta:
        verbose_name = _("state of an association")
        verbose_name_plural = _("states of associations")
        indexes = [
            models.Index(fields=["union", "-needs", "name", "organisation"], name="state_by_need"),
            models.Index(fields=["union", "name", "organisation"], name="state_by_name"),
            models.Index(fields=["union", "region", "needs"], name="state_by_region"),
        ]

    def __str__(self):
        return self.name
