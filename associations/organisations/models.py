"""Who we are: unions, districts, associations and networks."""

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from associations.organisations import branding, logos
from associations.organisations.querysets import NetworkMembershipQuerySet, OrganisationQuerySet
from associations.places.models import Municipality, WellbeingRegion

LANGUAGES = [
    ("fi", pgettext_lazy("language", "Finnish")),
    ("sv", pgettext_lazy("language", "Swedish")),
    ("en", pgettext_lazy("language", "English")),
    ("se", pgettext_lazy("language", "Northern Sámi")),
    ("smn", pgettext_lazy("language", "Inari Sámi")),
]
# Plain words, no stemming: names are found by how their words begin («Kuopio» finds «Kuopion»).
NAME_WORDS = SearchVector("name_fi", "name_sv", "short_name", config="simple")


# Who changed what is written by the database itself, so that bulk changes and hand-made SQL leave their mark too.
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="OrganisationHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    append_only=True,
)
class Organisation(models.Model):
    """Organisation (järjestö): a union, one of its districts or associations, or a network."""

    class Kind(models.TextChoices):
        UNION = "union", _("central organisation")
        DISTRICT = "district", _("district")
        ASSOCIATION = "association", _("association")
        NETWORK = "network", _("network")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    # The union at the top of the tree, itself for a union, kept here so that one condition says who is inside.
    union = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="family", verbose_name=_("union")
    )
    name_fi = models.CharField(_("name in Finnish"), max_length=200)
    name_sv = models.CharField(_("name in Swedish"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    home_municipality = models.ForeignKey(
        Municipality,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="home_organisations",
        verbose_name=_("home municipality"),
    )
    municipalities = models.ManyToManyField(
        Municipality, blank=True, related_name="organisations", verbose_name=_("municipalities of operation")
    )
    # A district covers one to five wellbeing regions.
    wellbeing_regions = models.ManyToManyField(
        WellbeingRegion, blank=True, related_name="organisations", verbose_name=_("wellbeing regions")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone number"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    languages = models.CharField(_("languages"), max_length=20, default="fi", help_text=_("Such as fi or fi,sv."))
    introduction = models.TextField(_("introduction"), blank=True, max_length=2000)
    # What the union itself calls it in its own register; an import finds the row by it.
    member_number = models.CharField(_("member number"), max_length=40, blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos/", blank=True)
    # A union's own colours, as #rrggbb; the portal's own where empty.
    primary_colour = models.CharField(_("main colour"), max_length=7, blank=True)
    strong_colour = models.CharField(_("strong colour"), max_length=7, blank=True)
    soft_colour = models.CharField(_("soft colour"), max_length=7, blank=True)
    details_confirmed_at = models.DateTimeField(_("details confirmed"), null=True, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_fi"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="district") | models.Q(parent__isnull=False),
                name="district_has_a_union",
                violation_error_message=_("A district belongs to a central organisation."),
            ),
            models.UniqueConstraint(
                fields=["union", "member_number"],
                condition=~models.Q(member_number=""),
                name="one_organisation_a_member_number",
                violation_error_message=_("Another organisation of the union has this member number."),
            ),
        ]
        indexes = [
            models.Index(fields=["union", "kind", "home_municipality"], name="organisation_of_union"),
            models.Index(fields=["name_fi", "id"], name="organisation_by_name"),
            GinIndex(NAME_WORDS, name="organisation_name_words"),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The name in the reader's language; the Finnish one where there is no other."""
        return (get_language() == "sv" and self.name_sv) or self.name_fi

    def get_absolute_url(self):
        return reverse("associations:organisation", args=[self.pk])

    @property
    def language_names(self):
        """The languages the organisation serves in, as words of the reader's language."""
        names = dict(LANGUAGES)
        return [str(names.get(code, code)) for code in self.languages.replace(" ", "").split(",") if code]

    def clean(self):
        super().clean()
        above = {
            self.Kind.DISTRICT: {self.Kind.UNION},
            self.Kind.ASSOCIATION: {self.Kind.UNION, self.Kind.DISTRICT},
        }.get(self.kind, set())
        if self.parent and self.parent.kind not in above:
            raise ValidationError({"parent": _("An organisation of this kind cannot belong to that one.")})

    def save(self, *args, **kwargs):
        """Keep ``union`` true to the tree. Moving a district moves its associations with it."""
        if self.kind == self.Kind.UNION:
            self.union = self if self.pk else None
        else:
            self.union = self.parent.union if self.parent else None
        # Whoever saves a new place in the tree saves the union that follows from it.
        if (kwargs.get("update_fields") is not None) and {"parent", "kind"} & set(kwargs["update_fields"]):
            kwargs["update_fields"] = {*kwargs["update_fields"], "union"}
        super().save(*args, **kwargs)
        if self.kind == self.Kind.UNION and self.union_id is None:
            type(self).objects.filter(pk=self.pk).update(union=self.pk)
            self.union = self
        if self.kind == self.Kind.DISTRICT:
            self.children.exclude(union=self.union).update(union=self.union)

    def change_logo(self, picture):
        """Show ``picture`` (PNG bytes made by ``logos``) as the logo, or none. The old file goes after the commit."""
        with transaction.atomic():
            # Two people at once: each sees the file the other left, so that none is forgotten in the storage.
            old = type(self).objects.select_for_update().values_list("logo", flat=True).get(pk=self.pk)
            self.logo = logos.store(self, picture) if picture else ""
            self.save(update_fields=["logo"])
            if old and old != self.logo.name:
                transaction.on_commit(lambda: logos.remove(old), robust=True)

    def change_colours(self, colours):
        """Take these colours ({"primary", "strong", "soft"}) into use; none of them gives the portal's own back."""
        if colours:
            poor = [reading.complaint() for reading in branding.readings(colours) if not reading.is_enough]
            if poor or branding.kept(colours) != colours:
                raise ValidationError(poor or _("Write the colour as a code, for example #0b5563."))
        self.primary_colour = colours.get("primary", "")
        self.strong_colour = colours.get("strong", "")
        self.soft_colour = colours.get("soft", "")
        self.save(update_fields=["primary_colour", "strong_colour", "soft_colour"])

    def invite(self, organisation, *, today):
        """Ask an organisation into this network. Of two invitations at once, one is made and the other is told."""
        if self.kind != self.Kind.NETWORK or organisation.kind == self.Kind.NETWORK:
            raise ValidationError(_("A network invites associations, districts and central organisations."))
        try:
            with transaction.atomic():
                return NetworkMembership.objects.create(network=self, member=organisation, invited_on=today)
        except IntegrityError:
            raise ValidationError(
                _("%(name)s is a member or has been invited already.") % {"name": organisation.name}
            ) from None


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="NetworkMembershipHistory",
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    append_only=True,
)
class NetworkMembership(models.Model):
    """Membership of a network (verkosto), which gathers organisations across unions.

    An invited organisation becomes a member when its own board says yes. What it shows those who run the
    network is its own choice: without ``shares_contacts`` its board is seen only in its own union.
    """

    network = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships", verbose_name=_("network"))
    member = models.ForeignKey(Organisation, models.CASCADE, related_name="networks", verbose_name=_("member"))
    invited_on = models.DateField(_("invited on"), null=True, blank=True)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    shares_contacts = models.BooleanField(_("shows its board to the network"), default=False)
    left_on = models.DateField(_("left on"), null=True, blank=True)

    objects = NetworkMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("network membership")
        verbose_name_plural = _("network memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["network", "member"], condition=models.Q(left_on=None), name="once_in_a_network"
            )
        ]

    def __str__(self):
        return f"{self.member} – {self.network}"

    @property
    def is_waiting(self):
        """Invited, and not answered yet."""
        return self.joined_on is None and self.left_on is None

    def accept(self, *, shares_contacts, today):
        """The invited organisation is a member from today on."""
        waiting = NetworkMembership.objects.waiting().filter(pk=self.pk)
        if not waiting.update(joined_on=today, shares_contacts=shares_contacts):
            raise ValidationError(_("This invitation has been answered already."))
        self.refresh_from_db()

    def decline(self, *, today):
        """The invitation is over. The network may ask again."""
        if not NetworkMembership.objects.waiting().filter(pk=self.pk).update(left_on=today):
            raise ValidationError(_("This invitation has been answered already."))
        self.refresh_from_db()

    def share(self, shares_contacts):
        """Show the board's contact details to the network, or stop showing them, from this moment."""
        joined = NetworkMembership.objects.filter(pk=self.pk, joined_on__isnull=False, left_on=None)
        if not joined.update(shares_contacts=shares_contacts):
            raise ValidationError(_("The organisation is not a member of the network."))
        self.refresh_from_db()

    def leave(self, *, today):
        """The membership, or an unanswered invitation, ends at once, and with it what was shared."""
        rows = NetworkMembership.objects.filter(pk=self.pk, left_on=None)
        if not rows.update(left_on=today, shares_contacts=False):
            raise ValidationError(_("The organisation is not a member of the network."))
        self.refresh_from_db()


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    model_name="OperationAreaHistory",
    obj_field=None,
    append_only=True,
)
class OperationArea(Organisation.municipalities.through):
    """A municipality of operation (toimintakunta), here only so that its changes are written down."""

    class Meta:
        proxy = True


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.DeleteEvent(),
    model_name="CoveredRegionHistory",
    obj_field=None,
    append_only=True,
)
class CoveredRegion(Organisation.wellbeing_regions.through):
    """A wellbeing region that a district covers, here only so that its changes are written down."""

    class Meta:
        proxy = True
