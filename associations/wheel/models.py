"""A union's own dates on the year wheel (vuosikello)."""

import calendar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from associations.organisations.models import Organisation
from associations.places.cycle import day_in
from associations.wheel.querysets import UnionDateQuerySet


class UnionDate(models.Model):
    """Own date (oma päivä): a day of a union's or network's year, such as the week of children's rights.

    With ``year`` it comes once; without, every year. A leap day comes on 28 February in other years.
    """

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody, visitors too")
        FAMILY = "family", _("people of the union's associations")
        OFFICE = "office", _("staff and coordinators")

    union = models.ForeignKey(Organisation, models.CASCADE, related_name="own_dates", verbose_name=_("union"))
    title_fi = models.CharField(_("title in Finnish"), max_length=120)
    title_sv = models.CharField(_("title in Swedish"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    text = models.CharField(_("what to do"), max_length=300, blank=True)
    website = models.URLField(_("link"), blank=True)
    day = models.PositiveSmallIntegerField(_("day"), validators=[MinValueValidator(1), MaxValueValidator(31)])
    month = models.PositiveSmallIntegerField(_("month"), validators=[MinValueValidator(1), MaxValueValidator(12)])
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(2020), MaxValueValidator(2100)]
    )
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience.choices, default=Audience.FAMILY)
    # How many days beforehand it stands among next steps; none for a date that only is on the wheel.
    remind_days = models.PositiveSmallIntegerField(
        _("days beforehand among next steps"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )

    objects = UnionDateQuerySet.as_manager()

    class Meta:
        verbose_name = _("own date")
        verbose_name_plural = _("own dates")
        ordering = ["month", "day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="own_date_has_a_month"),
            models.CheckConstraint(condition=Q(day__gte=1, day__lte=31), name="own_date_has_a_day"),
        ]

    def __str__(self):
        return self.title

    @property
    def title(self):
        """The title in the reader's language; the Finnish one where there is no other."""
        return getattr(self, f"title_{get_language() or 'fi'}"[:8], "") or self.title_fi

    def days_between(self, first, last):
        """The days on which it comes from ``first`` to ``last``, both included."""
        years = [self.year] if self.year else range(first.year, last.year + 1)
        days = [day_in(year, self.month, self.day) for year in years]
        return [day for day in days if first <= day <= last]

    def clean(self):
        super().clean()
        if self.month in range(1, 13) and self.day:
            longest = calendar.monthrange(self.year or 2024, self.month)[1]
            if self.day > longest:
                raise ValidationError({"day": _("The month has no such day.")})
