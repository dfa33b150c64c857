"""Asking to be let in, and the answer: the request, the role and the letters in one transaction."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from associations.joining import letters
from associations.joining.models import JoinRequest
from associations.joining.permissions import ASKED_KINDS
from associations.organisations.models import Organisation
from associations.roles.forms import usual_term
from associations.roles.models import Role
from associations.roles.standing import LEADING_KINDS


def ask(*, person, organisation, kind, message, now):
    """A request that waits for the association's answer, and a letter to those who can give it."""
    if kind not in ASKED_KINDS:
        raise ValidationError({"kind": _("You cannot ask for this role.")})
    with transaction.atomic():
        try:
            with transaction.atomic():
                request = JoinRequest.objects.create(
                    person=person, organisation=organisation, kind=kind, message=message, asked_at=now
                )
        except IntegrityError as twice:
            raise ValidationError(_("You have asked to join already. The association will answer.")) from twice
        for answerer in answerers(organisation, now=now):
            letters.tell_asked(request, answerer)
    return request


def answerers(organisation, *, now):
    """Who gets a letter of a request: the leaders of the board and the coordinators; without them the union's staff."""
    today = timezone.localtime(now).date()
    here = Role.objects.on(today).filter(person__is_active=True)
    leaders = here.filter(organisation=organisation, kind__in=LEADING_KINDS)
    near = here.filter(kind=Role.Kind.COORDINATOR, organisation__union=organisation.union_id)
    pks = set(leaders.values_list("person", flat=True))
    people = list(User.objects.filter(pk__in=near.values("person")))
    pks |= {one.pk for one in people if _looks_after(one, organisation)}
    if not pks and organisation.union_id:
        office = here.filter(kind=Role.Kind.STAFF, organisation=organisation.union_id)
        pks = set(office.values_list("person", flat=True))
    return list(User.objects.filter(pk__in=pks).order_by("pk"))


def _looks_after(coordinator, organisation):
    ours = Organisation.objects.looked_after_by(coordinator).filter(pk=organisation.pk)
    return ours.exists()


def approve(request, *, by, now):
    """The asker has the role from today on, and a letter says so. Of two answers at once the first holds."""
    today = timezone.localtime(now).date()
    with transaction.atomic():
        locked = JoinRequest.objects.select_for_update(of=["self"]).get(pk=request.pk)
        if not locked.is_waiting:
            raise ValidationError(_("This request has been answered already."))
        if not locked.person.is_active:
            raise ValidationError(_("The account of who asked has been closed."))
        # A board is chosen for a year, late in the year for the next one; a member is one until further notice.
        ends_on = None if locked.kind == Role.Kind.MEMBER else usual_term(today)[1]
        role = Role.objects.give(
            person=locked.person, kind=locked.kind, organisation=locked.organisation, starts_on=today, ends_on=ends_on
        )
        free = not JoinRequest.objects.filter(role=role).exists()
        locked.approve(role=role if free else None, decided_by=by, now=now)
        letters.tell_answered(locked)
    return role


def refuse(request, *, by, reason, now):
    """The asker gets a letter with the reason."""
    with transaction.atomic():
        request.refuse(reason=reason, decided_by=by, now=now)
        letters.tell_answered(request)


def withdraw(request, *, now):
    """The asker takes it back; letters that have not left stay here."""
    with transaction.atomic():
        request.withdraw(now=now)
        letters.withdraw_asked(request, now=now)
