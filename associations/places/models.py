"""Where we work: municipalities, wellbeing regions and what recurs in them.

All of it is open data (data/README.md names sources and licences), read in by ``load_places``.
"""

from django.db import models
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from associations.places.querysets import ElectionQuerySet, MunicipalityQuerySet


class LocalNames(models.Model):
    """A thing with a name in Finnish and Swedish, and perhaps in English."""

    name_fi = models.CharField(_("name in Finnish"), max_length=150)
    name_sv = models.CharField(_("name in Swedish"), max_length=150, blank=True)
    name_en = models.CharField(_("name in English"), max_length=150, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    @property
    def name(self):
        """The name in the reader's language; the Finnish one where there is no other."""
        return getattr(self, f"name_{get_language() or 'fi'}"[:7], "") or self.name_fi


SHORT_NAMES = {
    "01": "Itä-Uusimaa",
    "02": "Keski-Uusimaa",
    "03": "Länsi-Uusimaa",
    "04": "Vantaa ja Kerava",
    "05": "Varsinais-Suomi",
    "06": "Satakunta",
    "07": "Kanta-Häme",
    "08": "Pirkanmaa",
    "09": "Päijät-Häme",
    "10": "Kymenlaakso",
    "11": "Etelä-Karjala",
    "12": "Etelä-Savo",
    "13": "Pohjois-Savo",
    "14": "Pohjois-Karjala",
    "15": "Keski-Suomi",
    "16": "Etelä-Pohjanmaa",
    "17": "Pohjanmaa",
    "18": "Keski-Pohjanmaa",
    "19": "Pohjois-Pohjanmaa",
    "20": "Kainuu",
    "21": "Lappi",
    "90": "Helsinki",
}


class WellbeingRegion(LocalNames):
    """Wellbeing region (hyvinvointialue): one of 21 services counties, or Helsinki.

    Helsinki (code 90) organises the services itself and elects no county council.
    """

    class Kind(models.TextChoices):
        COUNTY = "wellbeing_services_county", _("wellbeing services county")
        CITY = "city", _("city")

    code = models.CharField(_("code"), max_length=2, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    population = models.PositiveIntegerField(_("population"))
    population_year = models.PositiveSmallIntegerField(_("year of the population"))
    language_status = models.CharField(_("languages"), max_length=10)
    main_city_code = models.CharField(_("largest municipality"), max_length=3, blank=True)
    website_domain = models.CharField(_("website"), max_length=100, blank=True)
    councillors = models.PositiveSmallIntegerField(_("councillors elected in 2022"), null=True, blank=True)

    class Meta:
        verbose_name = _("wellbeing region")
        verbose_name_plural = _("wellbeing regions")
        ordering = ["code"]

    def get_absolute_url(self):
        return reverse("associations:wellbeing_region", args=[self.code])

    @property
    def short_name(self):
        """«Pirkanmaa» for «Pirkanmaan hyvinvointialue» where a map or a list has little room.

        Finnish names are inflected, so their short forms are written out.
        """
        if self.name == self.name_fi and self.code in SHORT_NAMES:
            return SHORT_NAMES[self.code]
        if self.name.endswith(" välfärdsområde"):
            return self.name.removesuffix(" välfärdsområde").removesuffix("s")
        return self.name.removesuffix(" wellbeing services county")


class Municipality(LocalNames):
    """Municipality (kunta). A code lives from one day to another; a merged one names its successor."""

    class Language(models.TextChoices):
        FINNISH = "fi", _("Finnish")
        SWEDISH = "sv", _("Swedish")
        BILINGUAL = "bilingual", pgettext_lazy("municipality", "Bilingual")

    code = models.CharField(_("code"), max_length=3, unique=True)
    region_code = models.CharField(_("code of the region"), max_length=2)
    region_name_fi = models.CharField(_("region in Finnish"), max_length=100)
    region_name_sv = models.CharField(_("region in Swedish"), max_length=100)
    # Åland's sixteen municipalities have none.
    wellbeing_region = models.ForeignKey(
        WellbeingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="municipalities",
        verbose_name=_("wellbeing region"),
    )
    language_status = models.CharField(_("languages"), max_length=10, choices=Language.choices)
    majority_language = models.CharField(_("language of the majority"), max_length=2)
    population = models.PositiveIntegerField(_("population"))
    population_0_14 = models.PositiveIntegerField(_("aged 0–14"))
    population_15_64 = models.PositiveIntegerField(_("aged 15–64"))
    population_65_plus = models.PositiveIntegerField(_("aged 65 or over"))
    population_year = models.PositiveSmallIntegerField(_("year of the population"))
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    valid_to = models.DateField(_("in force to"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )

    objects = MunicipalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("municipality")
        verbose_name_plural = _("municipalities")
        ordering = ["name_fi"]

    def get_absolute_url(self):
        return reverse("associations:municipality", args=[self.code])

    @property
    def region_name(self):
        """The region (maakunta) in the reader's language."""
        return self.region_name_sv if get_language() == "sv" else self.region_name_fi


class Service(LocalNames):
    """Service (palvelu) and who answers for it since 2023: municipality, wellbeing region or both."""

    class Responsible(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipality")
        WELLBEING_REGION = "wellbeing_region", _("wellbeing region")
        BOTH = "both", _("both")

    key = models.SlugField(_("key"), max_length=60, unique=True)
    responsible = models.CharField(_("responsible"), max_length=20, choices=Responsible.choices)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["name_fi"]


class CouncilSizeRule(models.Model):
    """Council size rule (valtuuston vähimmäiskoko): the smallest council allowed by law for a population."""

    level = models.CharField(_("level"), max_length=20, choices=Service.Responsible.choices)
    population_from = models.PositiveIntegerField(_("population from"))
    population_to = models.PositiveIntegerField(_("population to"), null=True, blank=True)
    min_councillors = models.PositiveSmallIntegerField(_("smallest number of councillors"))
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("council size rule")
        verbose_name_plural = _("council size rules")
        ordering = ["level", "population_from"]
        constraints = [
            models.UniqueConstraint(fields=["level", "population_from"], name="one_council_size_from_a_population")
        ]

    def __str__(self):
        return f"{self.level}: {self.population_from}"


class DecisionCycleStep(LocalNames):
    """A step of the decision cycle (vuosikello) that recurs, such as the budget in December."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    level = models.CharField(_("level"), max_length=20, choices=Service.Responsible.choices)
    timing_fi = models.CharField(_("when, in Finnish"), max_length=300)
    timing_en = models.CharField(_("when, in English"), max_length=300, blank=True)
    recurrence = models.CharField(_("recurrence"), max_length=20)
    deadline_month = models.PositiveSmallIntegerField(_("month of the deadline"), null=True, blank=True)
    deadline_day = models.PositiveSmallIntegerField(_("day of the deadline"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verification = models.CharField(_("verification"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("step of the decision cycle")
        verbose_name_plural = _("decision cycle")
        ordering = ["deadline_month", "deadline_day", "key"]


class Election(LocalNames):
    """Election (vaalit) in Finland; one whose day is not fixed has only an expected period."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    election_type = models.CharField(_("type"), max_length=20)
    round = models.PositiveSmallIntegerField(_("round"), null=True, blank=True)
    election_date = models.DateField(_("election day"), null=True, blank=True)
    expected_period = models.CharField(_("expected"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=20)
    scope = models.CharField(_("scope"), max_length=200)
    advance_voting_start = models.DateField(_("advance voting from"), null=True, blank=True)
    advance_voting_end = models.DateField(_("advance voting to"), null=True, blank=True)
    term_start = models.DateField(_("term begins"), null=True, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    date_basis = models.CharField(_("basis of the date"), max_length=20)
    source = models.TextField(_("source"), blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = ElectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("election")
        verbose_name_plural = _("elections")
        ordering = ["election_date", "key"]
