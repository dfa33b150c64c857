"""The public directory: what the reader searches for, read from the address of the page."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import pgettext

from associations.organisations.models import Organisation
from associations.places.models import WellbeingRegion

LONGEST = 100


@dataclass(frozen=True)
class Choice:
    """A line of a filter's list."""

    value: str
    label: str


class Search:
    """The words and filters of an address. Values that mean nothing are left out, so that old links work."""

    NAMES = ("q", "liitto", "alue", "laji")

    def __init__(self, query, user):
        self.words = " ".join(query.get("q", "").split())[:LONGEST]
        self.unions = [
            Choice(str(pk), short or name)
            for pk, short, name in Organisation.objects.visible_to(user).active().unions()
            .values_list("pk", "short_name", "name_fi").order_by("short_name", "name_fi")[:200]
        ]  # fmt: skip
        regions = list(WellbeingRegion.objects.all())
        self.regions = sorted((Choice(region.code, region.short_name) for region in regions), key=lambda one: one.label)
        self.kinds = [Choice(value, str(label).capitalize()) for value, label in Organisation.Kind.choices]
        self.union = known(query.get("liitto"), self.unions)
        self.region = known(query.get("alue"), self.regions)
        self.kind = known(query.get("laji"), self.kinds)
        self._region = next((region for region in regions if region.code == self.region), None)

    def narrow(self, organisations):
        """The organisations that fit."""
        if self.words:
            organisations = organisations.matching(self.words)
        if self.union:
            organisations = organisations.filter(union=self.union)
        if self._region:
            organisations = organisations.in_region(self._region)
        if self.kind:
            organisations = organisations.filter(kind=self.kind)
        return organisations

    @property
    def is_narrowed(self):
        return bool(self.union or self.region or self.kind)

    def chosen(self):
        """[(words, address without it)]: each chosen thing can be taken away alone."""
        values = {"q": self.words, "liitto": self.union, "alue": self.region, "laji": self.kind}
        labels = {
            "q": pgettext("search", "“%(words)s”") % {"words": self.words},
            "liitto": label_of(self.union, self.unions),
            "alue": label_of(self.region, self.regions),
            "laji": label_of(self.kind, self.kinds),
        }
        lines = []
        for name, value in values.items():
            if value:
                rest = QueryDict(mutable=True)
                rest.update({other: kept for other, kept in values.items() if kept and other != name})
                lines.append((labels[name], "?" + rest.urlencode()))
        return lines


def known(value, choices):
    return value if value in {choice.value for choice in choices} else ""


def label_of(value, choices):
    return next((choice.label for choice in choices if choice.value == value), "")
