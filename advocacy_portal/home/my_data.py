"""Who can see my data (kuka näkee tietoni): the rules of access, asked the other way round.

``visible_to`` and ``inside`` say what a person sees; here stands who they are that see one person's details. A test
holds the two together: for everybody and every organisation ``inside`` and ``readers_of`` must say the same.
"""

from collections import namedtuple
from dataclasses import dataclass, field

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from associations.organisations.models import NetworkMembership, Organisation
from associations.roles.models import Role
from associations.roles.standing import BOARD_KINDS
from events.calendar.models import Event
from events.registrations.models import Registration
from materials.brochures.models import Brochure
from notifications.models import OutgoingMail

Holder = namedtuple("Holder", "person name email kind organisation organisation_kind union regions")


@dataclass
class Readers:
    """People (primary keys) who see the inner matters of one organisation, by why they do."""

    own: set = field(default_factory=set)
    coordinators: set = field(default_factory=set)
    staff: set = field(default_factory=set)
    # network's name: those who sit on its board; they see the contact details of a board that shares them
    networks: dict = field(default_factory=dict)

    @property
    def inside(self):
        return self.own | self.coordinators | self.staff


class Register:
    """Everybody who may see something of these organisations, and of what these unions arrange. Four queries."""

    def __init__(self, organisations, unions, *, today):
        self.organisations = {one.pk: one for one in organisations}
        self.unions = set(unions) | {one.union_id for one in self.organisations.values()} - {None}
        self.holders = self._holders(today)
        self.names = {one.person: one.name or one.email for one in self.holders}
        superusers = User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True)
        self.administrators = {one.person for one in self.holders if one.kind == "administrator"} | set(superusers)
        self.sharing = {}
        for membership in (
            NetworkMembership.objects.in_force()
            .filter(member__in=self.organisations, shares_contacts=True, member__ended_on=None)
            .select_related("network")
        ):
            self.sharing.setdefault(membership.member_id, []).append(membership.network)
        self.network_boards = self._network_boards(today)

    def _holders(self, today):
        """Roles of today that open something here, as ``roles.standing`` counts them."""
        return [
            Holder(*row)
            for row in Role.objects.on(today)
            .filter(person__is_active=True)
            .filter(Q(organisation__ended_on=None) | Q(organisation__ended_on__gt=today))
            .filter(
                Q(organisation__in=self.organisations)
                | Q(kind__in=["coordinator", "staff"], organisation__union__in=self.unions)
                | Q(kind="administrator")
            )
            .annotate(region_ids=ArrayAgg("regions", filter=Q(regions__isnull=False), default=[]))
            .order_by("person__name", "pk")
            .values_list(
                "person", "person__name", "person__email", "kind", "organisation", "organisation__kind",
                "organisation__union", "region_ids",
            )
        ]  # fmt: skip

    def _network_boards(self, today):
        networks = {network.pk for networks in self.sharing.values() for network in networks}
        boards = {}
        rows = Role.objects.on(today).board().filter(organisation__in=networks, person__is_active=True)
        for network, person in rows.values_list("organisation", "person"):
            boards.setdefault(network, set()).add(person)
        return boards

    def staff_of(self, union):
        return {one.person for one in self.holders if one.kind == "staff" and one.union == union}

    def readers_of(self, pk):
        """Who sees the inner matters of an organisation, administrators aside."""
        organisation = self.organisations[pk]
        return Readers(
            own={one.person for one in self.holders if one.organisation == pk},
            coordinators={one.person for one in self.holders if self._looks_after(one, organisation)},
            staff=self.staff_of(organisation.union_id) if organisation.union_id else set(),
            networks={network.name: self.network_boards.get(network.pk, set()) for network in self.sharing.get(pk, [])},
        )

    @staticmethod
    def _looks_after(holder, organisation):
        if holder.kind != "coordinator" or holder.union != organisation.union_id:
            return False
        if organisation.kind != Organisation.Kind.ASSOCIATION or organisation.ended_on:
            return False
        if holder.organisation_kind != Organisation.Kind.UNION and holder.organisation != organisation.parent_id:
            return False
        home = organisation.home_municipality
        return not holder.regions or bool(home and home.wellbeing_region_id in holder.regions)


@login_required
@never_cache
@require_safe
def my_data(request):
    """For each of one's roles and data: who can see it."""
    return render(request, "home/my_data.html", page_of(request.user, now=timezone.now()))


def page_of(person, *, now):
    """The page's parts. Ten queries, however many roles and registrations."""
    today = timezone.localtime(now).date()
    roles = list(
        Role.objects.filter(person=person)
        .filter(Q(ends_on=None) | Q(ends_on__gte=today))
        .select_related("organisation__union", "organisation__home_municipality")
        .order_by("starts_on", "pk")
    )
    registered = _counted(Registration.objects.of_person(person), "event__organiser")
    letters = _counted(OutgoingMail.objects.filter(person=person), "organisation_id")
    unions = Organisation.objects.in_bulk((set(registered) | set(letters)) - {None})
    register = Register([role.organisation for role in roles if role.organisation], unions, today=today)
    told = _Telling(register, person)
    families = _families({role.organisation.union_id for role in roles if role.kind == Role.Kind.COORDINATOR}, today)
    return {
        "person": person,
        "roles": [
            {"role": role, "begins_later": role.starts_on > today, "readers": told.of_role(role, families)}
            for role in roles
        ],
        "administrators": told.administrators(),
        "registrations": [
            {"organiser": unions[pk].name, "count": count, "readers": told.of_union(unions[pk])}
            for pk, count in registered.items()
        ],
        "letters": [
            {
                "about": unions[pk].name if pk in unions else _("Logging in and your account"),
                "count": count,
                "readers": told.of_union(unions[pk]) if pk in unions else told.administrators(),
            }
            for pk, count in letters.items()
        ],
        "events": _contact_person_of(person, now),
        "brochures": list(
            Brochure.objects.filter(contacts__email__iexact=person.email)
            .order_by("association__name_fi")
            .values_list("association__name_fi", flat=True)
            .distinct()
        ),
    }


def _counted(rows, name):
    return dict(rows.order_by(name).values_list(name).annotate(Count("pk")))


def _families(unions, today):
    """{union: how many people have a role in it or its associations}: they see their coordinators' details."""
    rows = (
        Role.objects.on(today)
        .filter(organisation__union__in=unions, person__is_active=True, organisation__ended_on=None)
        .order_by()
        .values_list("organisation__union")
        .annotate(Count("person", distinct=True))
    )
    return dict(rows)


def _contact_person_of(person, now):
    rows = Event.objects.filter(contact_email__iexact=person.email, state=Event.State.PUBLISHED, ends_at__gte=now)
    return list(rows.order_by("starts_at").values_list("title", flat=True))


class _Telling:
    """The same in words: lines of (who, how many or by what name)."""

    def __init__(self, register, person):
        self.register = register
        self.person = person

    def administrators(self):
        return self._line(_("Administrators of the portal"), self.register.administrators)

    def of_union(self, union):
        staff = _("Staff of %(union)s") % {"union": union.name}
        return self._line(staff, self.register.staff_of(union.pk)) + self.administrators()

    def of_role(self, role, families):
        organisation = role.organisation
        if not organisation:
            return self.administrators()
        readers = self.register.readers_of(organisation.pk)
        lines = self._line(self._own_words(organisation), readers.own)
        lines += self._line(_("Regional coordinator"), readers.coordinators - readers.own, by_name=True)
        if organisation.kind != Organisation.Kind.UNION and organisation.union:
            staff = _("Staff of %(union)s") % {"union": organisation.union.name}
            lines += self._line(staff, readers.staff - readers.own)
        if role.kind in BOARD_KINDS:
            for network, board in readers.networks.items():
                lines += self._line(
                    _("Those who run %(network)s, for your board shares its details") % {"network": network}, board
                )
        if role.kind == Role.Kind.COORDINATOR and organisation.union_id in families:
            words = _("Everybody with a role in %(union)s or its associations") % {"union": organisation.union.name}
            # One's own role is counted there, too.
            lines.append((words, _people(families[organisation.union_id] - 1)))
        return lines + self.administrators()

    @staticmethod
    def _own_words(organisation):
        if organisation.kind == Organisation.Kind.UNION:
            return _("Staff and others with a role in %(name)s itself") % {"name": organisation.name}
        return _("Board and members with a role in %(name)s") % {"name": organisation.name}

    def _line(self, words, people, *, by_name=False):
        others = people - {self.person.pk}
        if not others:
            return []
        if by_name:
            return [(words, ", ".join(sorted(self.register.names[one] for one in others)))]
        return [(words, _people(len(others)))]


def _people(count):
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
