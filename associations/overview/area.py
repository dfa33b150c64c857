"""The overview of an area: what the reader asks for, read from the address, and the figures and maps of the area."""

import hashlib
from collections import namedtuple
from dataclasses import dataclass
from functools import lru_cache

from django.core.cache import cache
from django.db.models import Count, F, Q
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy, pgettext

from associations.organisations.models import Organisation
from associations.overview import counting, needs
from associations.overview.models import AssociationState
from associations.places.mapping import municipality_map, region_map
from associations.places.models import Municipality, WellbeingRegion
from associations.roles.standing import standing_of

LONGEST = 100
MOST_DISTRICTS = 300
# Rows of an earlier day that a page counts itself; the worker counts the rest.
MOST_STALE = 1_000
MAP_SECONDS = 300

NEEDS_FIRST = "apu"
# word in the address: (name, the field it goes by); a minus before the word turns it round
ORDERS = {
    NEEDS_FIRST: (gettext_lazy("What is missing"), "-needs"),
    "nimi": (gettext_lazy("Association"), "name"),
    "kunta": (gettext_lazy("Municipality"), "organisation__home_municipality__name_fi"),
    "puheenjohtaja": (gettext_lazy("Chair"), "has_chair"),
    "vahvistettu": (gettext_lazy("Details confirmed"), "details_confirmed_on"),
    "toiminut": (gettext_lazy("Last active"), "last_active_on"),
}
COLUMNS = ["nimi", "kunta", "puheenjohtaja", "vahvistettu", "toiminut", NEEDS_FIRST]


District = namedtuple("District", "pk name")


@dataclass(frozen=True)
class Chip:
    """A count that leads to its associations."""

    word: str
    label: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Column:
    """A heading that sorts."""

    word: str
    label: str
    url: str
    sorted: str  # for aria-sort


class Search:
    """The words, filters and order of an address. What means nothing is left out, so that old links work."""

    def __init__(self, query, user, today):
        self.user, self.today = user, today
        self.states = needs.states_of(today)
        self.all_regions = list(WellbeingRegion.objects.all())
        ours = own_regions(user)
        self.regions = [region for region in self.all_regions if ours is None or region.pk in ours]
        self.districts = districts_of(user)
        self.words = " ".join(query.get("q", "").split())[:LONGEST]
        self.state = query.get("tila") if query.get("tila") in self.states else ""
        self.region = next((one for one in self.regions if one.code == query.get("alue")), None)
        self.district = next((one for one in self.districts if str(one.pk) == query.get("piiri")), None)
        order = query.get("jarjestys", "")
        self.order = order if order.removeprefix("-") in ORDERS else NEEDS_FIRST

    def values(self, **changes):
        """The address's own words as they would be after these changes."""
        now = {
            "q": self.words,
            "tila": self.state,
            "alue": self.region.code if self.region else "",
            "piiri": str(self.district.pk) if self.district else "",
            "jarjestys": self.order if self.order != NEEDS_FIRST else "",
        }
        return {name: value for name, value in (now | changes).items() if value}

    def query(self, **changes):
        query = QueryDict(mutable=True)
        query.update(self.values(**changes))
        return f"?{query.urlencode()}" if query else "?"

    def narrow(self, states, *, by_state=True):
        """The states that fit; without the lack chosen, so that the others can be counted beside it."""
        if self.words:
            states = states.filter(organisation__in=Organisation.objects.matching(self.words).order_by().values("pk"))
        if self.region:
            states = states.filter(region=self.region)
        if self.district:
            states = states.filter(district=self.district.pk)
        if self.state and by_state:
            states = states.filter(needs.condition(self.state, self.today))
        return states

    def in_order(self, states):
        field, falling = self._field(self.order)
        # Plain where it can be, so that an index leads; who was never seen comes before whoever was long ago.
        if field == "needs":
            return states.order_by("-needs" if falling else "needs", "name", "organisation")
        if field == "name":
            return states.order_by("-name" if falling else "name", "organisation")
        by = F(field)
        return states.order_by(
            by.desc(nulls_last=True) if falling else by.asc(nulls_first=True), "name", "organisation"
        )

    @staticmethod
    def _field(order):
        """(field, whether it falls)."""
        field = ORDERS[order.removeprefix("-")][1]
        return field.removeprefix("-"), field.startswith("-") != order.startswith("-")

    def chosen(self):
        """[(words, address without it)]: each chosen thing can be taken away alone."""
        lines = []
        if self.words:
            lines.append((pgettext("search", "“%(words)s”") % {"words": self.words}, self.query(q="")))
        if self.state:
            lines.append((self.states[self.state], self.query(tila="")))
        if self.region:
            lines.append((self.region.short_name, self.query(alue="")))
        if self.district:
            lines.append((self.district.name, self.query(piiri="")))
        return lines

    def chips(self, counts):
        return [
            Chip(word, label, counts[word], self.query(tila="" if word == self.state else word), word == self.state)
            for word, label in self.states.items()
            if counts[word] or word == self.state
        ]

    def columns(self):
        """Headings: a click sorts, a second one the other way."""
        found = []
        for word in COLUMNS:
            is_here = self.order.removeprefix("-") == word
            following = f"-{word}" if self.order == word else word
            url = self.query(jarjestys="" if following == NEEDS_FIRST else following)
            falling = self._field(self.order)[1]
            aria = ("descending" if falling else "ascending") if is_here else ""
            found.append(Column(word, ORDERS[word][0], url, aria))
        return found

    def labels(self):
        """{column: its heading}, which on a phone stands before each value."""
        return {word: str(ORDERS[word][0]) for word in COLUMNS}

    def orders(self):
        """[(word, name, chosen)] for those who have no headings before them."""
        return [(word, ORDERS[word][0], word == self.order) for word in [NEEDS_FIRST, *COLUMNS[:-1]]]


def own_regions(user):
    """Primary keys of the regions this person looks after; None for a whole union or district."""
    standing = standing_of(user)
    if standing.is_administrator or standing.staffed_unions or any(not area.regions for area in standing.areas):
        return None
    return set().union(*(area.regions for area in standing.areas))


def districts_of(user):
    """Districts to choose from: those of the unions for which one works."""
    standing = standing_of(user)
    districts = Organisation.objects.active().filter(kind=Organisation.Kind.DISTRICT)
    if not standing.is_administrator:
        whole = {area.union for area in standing.areas if not area.district}
        of_areas = Q(union__in=standing.staffed_unions | whole)
        districts = districts.filter(of_areas | Q(pk__in={area.district for area in standing.areas} - {None}))
    rows = districts.order_by("name_fi").values_list("pk", "name_fi", "name_sv")[:MOST_DISTRICTS]
    is_swedish = get_language() == "sv"
    return [District(pk, (is_swedish and sv) or fi) for pk, fi, sv in rows]


def counts_of(states, user, *, today, now):
    """{"all": n, a lack's word: n} of these states. One query, unless some were last counted on an earlier day."""
    counts = _counts(states, today)
    if counts["stale"]:
        ours = AssociationState.objects.looked_after_by(user).stale(today).order_by("counted_on", "pk")
        counting.recount(ours.values_list("pk", flat=True)[:MOST_STALE], now=now)
        counts = _counts(states, today)
    return counts


def _counts(states, today):
    asked = {word: Count("pk", filter=needs.condition(word, today)) for word in needs.states_of(today)}
    stale = Count("pk", filter=Q(counted_on__lt=today))
    return states.order_by().aggregate(all=Count("pk"), stale=stale, **asked)


def shown(states, first, last, *, today, now):
    """The rows of a page as they are today, each with ``board``, ``reasons`` and ``chair_names``.

    Should a row have missed a change, it is counted anew and the page read once more: two queries, else four.
    """
    states = states.select_related("organisation__home_municipality")
    for _turn in range(2):
        rows = list(states[first:last])
        boards = counting.boards_of([row.pk for row in rows], today)
        for row in rows:
            row.board = boards.get(row.pk, counting.Board())
        strays = [row.pk for row in rows if not counting.is_true_of(row, row.board)]
        if not strays:
            break
        counting.recount(strays, now=now)
    for row in rows:
        row.reasons = needs.needs_of(row, row.organisation, today)
        row.chair_names = ", ".join(name for name, _phone, _email in row.board.chairs)
    return [row for row in rows if row.pk not in strays]


def area_key(user):
    """What makes one area another, for what is kept of it."""
    standing = standing_of(user)
    areas = sorted((area.union, area.district or 0, *sorted(area.regions)) for area in standing.areas)
    facts = repr((standing.is_administrator, sorted(standing.staffed_unions), areas))
    return hashlib.sha256(facts.encode()).hexdigest()[:40]


def figures_of_map(user, day):
    """({municipality: associations}, municipalities) of what this person looks after; five minutes old at most.

    The colours of a map may be that old; who asks first counts.
    """
    key = f"overview:map:{day}:{area_key(user)}"
    figures = cache.get(key)
    if figures is None:
        rows = Organisation.objects.looked_after_by(user).order_by().values_list("home_municipality")
        places = Municipality.objects.on(day).order_by("name_fi")
        figures = (
            tuple(sorted(rows.annotate(Count("pk")), key=str)),
            tuple(places.values_list("pk", "code", "name_fi", "name_sv", "wellbeing_region")),
        )
        cache.set(key, figures, timeout=MAP_SECONDS)
    return figures


def maps_of(user, search, *, day, region_label, municipality_label):
    """(map of regions, whose links narrow the list; the figure of municipalities)."""
    counts, places = figures_of_map(user, day)
    home = {pk: region for pk, _code, _fi, _sv, region in places}
    by_region = {}
    for pk, count in counts:
        by_region[home.get(pk)] = by_region.get(home.get(pk), 0) + count
    ours = own_regions(user)
    regions = region_map(
        search.all_regions,
        by_region,
        label=region_label,
        address=lambda region: search.query(alue=region.code) + "#yhdistykset",
        only=ours,
    )
    inside = None if ours is None else frozenset(pk for pk, region in home.items() if region in ours)
    return regions, _municipality_figure(get_language(), places, counts, inside, municipality_label)


@lru_cache(maxsize=30)
def _municipality_figure(language, places, counts, inside, label):
    """308 shapes and their table as HTML: drawn once for the same figures."""
    drawn = municipality_map(
        [(pk, code, fi, sv) for pk, code, fi, sv, _region in places], dict(counts), label=label, only=inside
    )
    return render_to_string("components/map.html", {"map": drawn})
