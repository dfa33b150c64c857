"""Invitations and requests that a person may see."""

from django.core import signing
from django.db import models
from django.db.models import Exists, OuterRef, Q

from associations.organisations.models import Organisation
from associations.roles.models import Role
from associations.roles.querysets import organisations_run_or_helped
from associations.roles.standing import standing_of

LINK_SALT = "associations.invitation"


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Invitations of the organisations on whose board one sits, or that one looks after."""
        return self.filter(organisation__in=organisations_run_or_helped(user))

    def waiting(self):
        return self.filter(state=self.model.State.SENT)

    def by_link(self, token):
        """The invitation of a letter's link, with ``is_newest``; None for a forged link."""
        try:
            pk, nonce = signing.Signer(salt=LINK_SALT).unsign_object(token)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        found = self.select_related("organisation", "invited_by").filter(pk=pk).first()
        if found:
            found.is_newest = found.nonce == nonce
        return found


class JoinRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and those to the organisations on whose board one sits, or that one looks after."""
        own = Q(person=user.pk) if user.is_authenticated else Q(pk__in=[])
        return self.filter(own | Q(organisation__in=organisations_run_or_helped(user)))

    def waiting(self):
        return self.filter(state=self.model.State.WAITING, person__is_active=True)

    def for_answer_by(self, user, day):
        """Those that wait for this very person: the leaders of the board and the coordinator; staff where there is
        no chair."""
        standing = standing_of(user)
        districts = {area.district for area in standing.areas if area.district}
        mine = Q(organisation__in=standing.led | districts)
        for area in standing.areas:
            near = Q(organisation__union=area.union, organisation__kind=Organisation.Kind.ASSOCIATION)
            if area.district:
                near &= Q(organisation__parent=area.district)
            if area.regions:
                near &= Q(organisation__home_municipality__wellbeing_region__in=area.regions)
            mine |= near
        if standing.staffed_unions or standing.is_administrator:
            chairs = Role.objects.on(day).filter(organisation=OuterRef("organisation"), kind=Role.Kind.CHAIR)
            office = Q() if standing.is_administrator else Q(organisation__union__in=standing.staffed_unions)
            mine |= office & ~Exists(chairs)
        return self.filter(mine, organisation__ended_on=None)
