"""Which organisations a person may know of, and which they work for."""

import re

from django.apps import apps
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Replace
from django.utils import timezone

from associations.roles.standing import BOARD_KINDS, standing_of


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Organisations this person may know of: the active ones are a public register.

        Ended ones stay visible to those who look after the union's register.
        """
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        return self.filter(Q(ended_on=None) | Q(union__in=standing.staffed_unions))

    def active(self):
        return self.filter(ended_on=None)

    def matching(self, text):
        """Organisations whose name, or home municipality, has words that begin like those of ``text``."""
        from associations.organisations.models import NAME_WORDS

        words = re.findall(r"\w+", text.lower())
        if not words:
            return self
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        Municipality = apps.get_model("associations", "Municipality")
        typed = " ".join(text.split())
        # Asked for themselves, so that both sides of the «or» can use their index among 50,000 rows.
        places = Municipality.objects.filter(Q(name_fi__istartswith=typed) | Q(name_sv__istartswith=typed))
        there = list(places.values_list("pk", flat=True)[:50])
        found = self.annotate(name_words=NAME_WORDS).filter(Q(name_words=query) | Q(home_municipality__in=there))
        return found

    def in_region(self, region):
        """Organisations at home in a wellbeing region, and districts that cover it."""
        covering = self.model.wellbeing_regions.through.objects.filter(wellbeingregion=region)
        return self.filter(Q(home_municipality__wellbeing_region=region) | Q(pk__in=covering.values("organisation")))

    def in_municipality(self, municipality):
        """Organisations at home in a municipality, and those that say they work there."""
        working = self.model.municipalities.through.objects.filter(municipality=municipality)
        return self.filter(Q(home_municipality=municipality) | Q(pk__in=working.values("organisation")))

    def serving_in(self, language):
        """Organisations that serve in a language (a code such as ``sv``)."""
        # Codes stand as «fi,sv»; the commas around keep «se» out of what merely contains those letters.
        return self.annotate(served=Concat(Value(","), Replace("languages", Value(" "), Value("")), Value(","))).filter(
            served__contains=f",{language},"
        )

    def associations(self):
        return self.filter(kind=self.model.Kind.ASSOCIATION)

    def unions(self):
        return self.filter(kind=self.model.Kind.UNION)

    def run_by(self, user):
        """Organisations on whose board this person sits today: they act and register for these."""
        return self.filter(pk__in=standing_of(user).boards, ended_on=None)

    def staffed_by(self, user):
        """Unions whose staff this person is."""
        standing = standing_of(user)
        if standing.is_administrator:
            return self.filter(kind=self.model.Kind.UNION)
        return self.filter(pk__in=standing.staffed_unions)

    def looked_after_by(self, user):
        """Active associations of the areas this person coordinates, or of the union they work for."""
        standing = standing_of(user)
        areas = Q(pk__in=[])
        for area in standing.areas:
            of_area = Q(union=area.union)
            if area.district:
                of_area &= Q(parent=area.district)
            if area.regions:
                of_area &= Q(home_municipality__wellbeing_region__in=area.regions)
            areas |= of_area
        if standing.staffed_unions:
            areas |= Q(union__in=standing.staffed_unions)
        if standing.is_administrator:
            areas = Q()
        return self.active().associations().filter(areas)

    def inside(self, user):
        """Organisations whose inner matters (board, contact people) are this person's to see.

        Own association, those one looks after, and the whole union for its staff.
        """
        standing = standing_of(user)
        if standing.is_administrator:
            return self
        looked_after = self.model.objects.looked_after_by(user).values("pk")
        return self.filter(
            Q(pk__in=standing.organisations) | Q(union__in=standing.staffed_unions) | Q(pk__in=looked_after)
        )

    def contacts_shared_with(self, user):
        """Organisations that show their board's contact details to a network this person helps to run.

        Only those who sit on the network's own board, only for members that have said so themselves, and only
        while they are members. What else is inside an organisation is not shared: ``inside`` knows no networks.
        """
        networks = {
            seat.organisation
            for seat in standing_of(user).seats
            if seat.kind in BOARD_KINDS and seat.organisation_kind == self.model.Kind.NETWORK
        }
        NetworkMembership = apps.get_model("associations", "NetworkMembership")
        sharing = NetworkMembership.objects.in_force().filter(network__in=networks, shares_contacts=True)
        return self.active().filter(pk__in=sharing.values("member"))


class NetworkMembershipQuerySet(models.QuerySet):
    def in_force(self):
        """Members of today: those who have said yes and have not left."""
        return self.filter(joined_on__lte=timezone.localdate(), left_on=None)

    def waiting(self):
        """Invitations that nobody has answered."""
        return self.filter(joined_on=None, left_on=None)

    def visible_to(self, user):
        """Members are public; an invitation is a matter between the network's board and the invited organisation."""
        standing = standing_of(user)
        rows = self.filter(left_on=None)
        if standing.is_administrator:
            return rows
        Organisation = apps.get_model("associations", "Organisation")
        return rows.filter(
            Q(joined_on__isnull=False)
            | Q(network__in=standing.boards)
            | Q(member__in=Organisation.objects.inside(user).values("pk"))
        )
