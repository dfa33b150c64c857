"""The public directory: what the reader searches for, read from the address of the page."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, F
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from associations.organisations.models import LANGUAGES, Organisation
from associations.places.mapping import associations_in_words, region_map
from associations.places.models import Municipality, WellbeingRegion

LONGEST = 100
MOST_CHOICES = 500
# Counting stops here: nobody leafs further, and the count must not grow with the register.
MOST_COUNTED = 1000
NO_DISTRICT = "ei"


@dataclass(frozen=True)
class Choice:
    """A line of a filter's list."""

    value: str
    label: str


class Search:
    """The words and filters of an address. Values that mean nothing are left out, so that old links work."""

    NAMES = ("q", "liitto", "piiri", "alue", "kunta", "laji", "kieli")

    def __init__(self, query, user):
        self.user = user
        self.words = " ".join(query.get("q", "").split())[:LONGEST]
        self.is_map = query.get("nakyma") == "kartta"
        known_ones = Organisation.objects.visible_to(user).active()
        self.unions = [
            Choice(str(pk), short or name)
            for pk, short, name in known_ones.unions()
            .values_list("pk", "short_name", "name_fi").order_by("short_name", "name_fi")[:200]
        ]  # fmt: skip
        self.union = known(query.get("liitto"), self.unions)
        districts = known_ones.filter(kind=Organisation.Kind.DISTRICT)
        if self.union:
            districts = districts.filter(union=self.union)
        self.districts = [Choice(NO_DISTRICT, _("No district"))] + [
            Choice(str(pk), name)
            for pk, name in districts.values_list("pk", "name_fi").order_by("name_fi")[:MOST_CHOICES]
        ]
        self._regions = list(WellbeingRegion.objects.all())
        self.regions = sorted(
            (Choice(region.code, region.short_name) for region in self._regions), key=lambda one: one.label
        )
        self._places = list(
            Municipality.objects.on(timezone.localdate())
            .only("code", "name_fi", "name_sv", "name_en", "wellbeing_region")
            .order_by("name_fi")
        )
        self.municipalities = [Choice(place.code, place.name) for place in self._places]
        self.kinds = [Choice(value, str(label).capitalize()) for value, label in Organisation.Kind.choices]
        self.languages = [Choice(code, str(label)) for code, label in LANGUAGES]
        self.district = known(query.get("piiri"), self.districts)
        self.region = known(query.get("alue"), self.regions)
        self.municipality = known(query.get("kunta"), self.municipalities)
        self.kind = known(query.get("laji"), self.kinds)
        self.language = known(query.get("kieli"), self.languages)

    @cached_property
    def chosen_region(self):
        return next((region for region in self._regions if region.code == self.region), None)

    @cached_property
    def chosen_municipality(self):
        return next((place for place in self._places if place.code == self.municipality), None)

    def everything(self):
        """All there is to search: what this person may know of and what goes on."""
        return Organisation.objects.visible_to(self.user).active()

    def narrow(self, organisations):
        """The organisations that fit."""
        organisations = self._narrow_but_place(organisations)
        if self.chosen_region:
            organisations = organisations.in_region(self.chosen_region)
        if self.chosen_municipality:
            organisations = organisations.in_municipality(self.chosen_municipality)
        if self.kind:
            organisations = organisations.filter(kind=self.kind)
        return organisations

    def _narrow_but_place(self, organisations):
        if self.words:
            organisations = organisations.matching(self.words)
        if self.union:
            organisations = organisations.filter(union=self.union)
        if self.district == NO_DISTRICT:
            organisations = organisations.associations().filter(parent=F("union"))
        elif self.district:
            organisations = organisations.filter(parent=self.district)
        if self.language:
            organisations = organisations.serving_in(self.language)
        return organisations

    @property
    def filters(self):
        """(name in the address, label, choices, chosen value), as the form shows them."""
        return [
            ("liitto", _("Central organisation"), self.unions, self.union),
            ("piiri", _("District"), self.districts, self.district),
            ("alue", _("Wellbeing region"), self.regions, self.region),
            ("kunta", _("Municipality"), self.municipalities, self.municipality),
            ("laji", _("Kind"), self.kinds, self.kind),
            ("kieli", _("Language of service"), self.languages, self.language),
        ]

    @property
    def values(self):
        """{name: value} of what is chosen."""
        values = {"q": self.words} | {name: value for name, _label, _choices, value in self.filters}
        return {name: value for name, value in values.items() if value}

    @property
    def is_narrowed(self):
        return bool(set(self.values) - {"q"})

    def address(self, without=(), **changed):
        """The query of this search with something else chosen."""
        values = {name: value for name, value in self.values.items() if name not in without} | changed
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in values.items() if value})
        return "?" + query.urlencode()

    @property
    def view(self):
        return {"nakyma": "kartta"} if self.is_map else {}

    def chosen(self):
        """[(words, address without it)]: each chosen thing can be taken away alone."""
        lines = []
        if self.words:
            words = pgettext("search", "“%(words)s”") % {"words": self.words}
            lines.append((words, self.address(without=["q"], **self.view)))
        for name, _label, choices, value in self.filters:
            if value:
                lines.append((label_of(value, choices), self.address(without=[name], **self.view)))
        return lines


class DirectoryMap:
    """The associations of a search by wellbeing region; the map's links narrow the search. One query."""

    def __init__(self, search):
        found = search._narrow_but_place(search.everything()).associations().order_by()
        by_place = dict(found.values_list("home_municipality").annotate(Count("pk")))
        homes = {place.pk: place for place in search._places}
        by_region = {}
        for pk, count in by_place.items():
            region = homes[pk].wellbeing_region_id if pk in homes else None
            by_region[region] = by_region.get(region, 0) + count
        here = reverse("associations:organisation_list")
        self.total = sum(by_place.values())
        # Those without a home municipality, or with one that has been merged, have no place on the map.
        self.nowhere = by_region.get(None, 0)
        self.map = region_map(
            search._regions,
            by_region,
            label=_("Associations by wellbeing region"),
            address=lambda region: here + search.address(without=["kunta"], alue=region.code, nakyma="kartta"),
        )
        region = search.chosen_region
        self.municipalities = [
            (place.name, associations_in_words(by_place.get(place.pk, 0)), here + search.address(kunta=place.code))
            for place in search._places
            if region and place.wellbeing_region_id == region.pk and by_place.get(place.pk)
        ]


def known(value, choices):
    return value if value in {choice.value for choice in choices} else ""


def label_of(value, choices):
    return next((choice.label for choice in choices if choice.value == value), "")
