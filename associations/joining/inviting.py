"""Inviting somebody to a role, and their yes or no: the invitation, the role and the letter in one transaction.

An invitation stays good when its sender's own role ends: the association invited, not the person. Whoever looks
after its people can withdraw it. That the sender might give the role is asked when it is given to the post.
"""

import datetime
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from associations.joining import letters
from associations.joining.models import LIFE, Invitation
from associations.roles.models import Role
from associations.roles.permissions import kinds_given_by
from associations.roles.standing import standing_of


@dataclass
class Outcome:
    """What became of entering a person: an invitation, or a role at once for who is known to the organisation."""

    invitation: Invitation | None = None
    role: Role | None = None


def enter(*, by, organisation, email, name, kind, starts_on, ends_on, regions=(), language="fi", now):
    """Enter a role: at once for who has one in this very organisation, by an invitation for everybody else.

    Whether an address has an account is never told: the only people entered at once are those whom the page
    of the organisation already lists with their addresses.
    """
    if kind not in kinds_given_by(by, organisation):
        raise ValidationError({"kind": _("You cannot give this role here.")})
    email = email.strip().lower()
    regions = list(regions) if kind == Role.Kind.COORDINATOR else []
    term = {"starts_on": starts_on, "ends_on": ends_on}
    with transaction.atomic():
        if known := _known_here(organisation, email, now) if kind not in OFFICE else None:
            role = Role.objects.give(person=known, kind=kind, organisation=organisation, regions=regions, **term)
            letters.tell_entered(role, by=by, now=now)
            return Outcome(role=role)
        invitation = _invite(by, organisation, email, name, kind, term, regions, language, now)
    return Outcome(invitation=invitation)


# Waiting invitations of one organisation, but for the union's own staff.
MOST_WAITING = 50
# What reaches beyond one organisation is always said yes to by its bearer.
OFFICE = (Role.Kind.COORDINATOR, Role.Kind.STAFF, Role.Kind.LEGAL_ADVISER)


def _known_here(organisation, email, now):
    """Whoever has a role here today or ahead, by the address that the page shows."""
    today = timezone.localtime(now).date()
    here = Role.objects.filter(organisation=organisation).exclude(ends_on__lt=today)
    return User.objects.filter(email=email, is_active=True, pk__in=here.values("person")).first()


def _invite(by, organisation, email, name, kind, term, regions, language, now):
    waiting = Invitation.objects.waiting().filter(organisation=organisation, kind=kind, email=email)
    old = waiting.select_for_update().first()
    if old and not old.is_expired(now):
        raise ValidationError(
            _("This person has been invited to this role already. You can send the invitation again on the page.")
        )
    if old:
        # The link has died unanswered: the same invitation lives anew.
        old.renew(now=now, name=name, language=language, invited_by=by, **term)
        invitation = old
    else:
        is_staff = by is None or organisation.union_id in standing_of(by).staffed_unions
        # Each is a letter to somebody who has not asked for it.
        if not is_staff and Invitation.objects.waiting().filter(organisation=organisation).count() >= MOST_WAITING:
            raise ValidationError(_("Many invitations wait for an answer already. Wait, or take some of them back."))
        try:
            with transaction.atomic():
                invitation = Invitation.objects.create(
                    organisation=organisation, kind=kind, email=email, name=name, language=language, invited_by=by,
                    invited_at=now, expires_at=now + LIFE, nonce=Invitation.make_nonce(), **term,
                )  # fmt: skip
        except IntegrityError as clash:
            raise ValidationError(_("This person has been invited to this role already.")) from clash
    invitation.regions.set(regions)
    letters.tell_invited(invitation)
    return invitation


@dataclass
class Guest:
    """Somebody whom a register names, as an invitation needs them."""

    organisation: int
    kind: str
    email: str
    name: str
    language: str
    starts_on: datetime.date
    ends_on: datetime.date | None


def invite_many(guests, *, by, union, now):
    """The same as inviting each of ``guests`` to an organisation of ``union``, in a handful of statements.

    What waited before with a dead link is withdrawn for the new one. IntegrityError when somebody else has just
    invited one of them.
    """
    places = {(one.organisation, one.kind, one.email) for one in guests}
    dead = Invitation.objects.waiting().filter(
        organisation__in={one.organisation for one in guests}, email__in={one.email for one in guests},
        expires_at__lte=now,
    )  # fmt: skip
    dead = [pk for pk, *place in dead.values_list("pk", "organisation", "kind", "email") if tuple(place) in places]
    withdraw_many(dead, now=now)
    invitations = Invitation.objects.bulk_create(
        Invitation(
            organisation_id=one.organisation, kind=one.kind, email=one.email, name=one.name, language=one.language,
            starts_on=one.starts_on, ends_on=one.ends_on, invited_by_id=by, invited_at=now, expires_at=now + LIFE,
            nonce=Invitation.make_nonce(),
        )
        for one in guests
    )  # fmt: skip
    letters.tell_many_invited(invitations, union=union)
    return invitations


def withdraw_many(keys, *, now):
    """The links of those that still wait work no more, and their letters that have not left yet stay here."""
    if not keys:
        return
    Invitation.objects.waiting().filter(pk__in=keys).update(state=Invitation.State.REVOKED, answered_at=now)
    letters.withdraw_many_invitations(keys, now=now)


def send_again(invitation, *, now):
    """A new letter with a new link; the older letters' links die."""
    with transaction.atomic():
        invitation.renew(now=now)
        letters.tell_invited(invitation)


def withdraw(invitation, *, now):
    """The link works no more, and a letter that has not left yet stays here."""
    with transaction.atomic():
        invitation.withdraw(now=now)
        letters.withdraw_invitation(invitation, now=now)


def why_closed(invitation, now):
    """Why this link no longer opens anything, as a word; empty for one that does."""
    today = timezone.localtime(now).date()
    if not invitation.is_waiting:
        return str(invitation.state)
    if not invitation.is_newest:
        return "older"
    if invitation.is_expired(now):
        return "expired"
    if invitation.organisation.ended_on or invitation.ends_on and invitation.ends_on < today:
        return "over"
    return ""


def accept(token, *, person=None, new_person=None, now):
    """The role that the link's invitation promises, for ``person``; ValidationError when the link opens nothing.

    ``new_person`` makes the account, when there is none, inside the same lock: of two clicks at once the second
    finds the invitation answered.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update(of=["self"]).by_link(token)
        if invitation is None or why_closed(invitation, now):
            raise ValidationError(_("This invitation no longer waits for an answer."))
        person = person or new_person(invitation)
        role = Role.objects.give(
            person=person,
            kind=invitation.kind,
            organisation=invitation.organisation,
            starts_on=invitation.starts_on,
            ends_on=invitation.ends_on,
            regions=list(invitation.regions.all()),
        )
        # One role may answer several invitations, but it remembers one.
        free = not Invitation.objects.filter(role=role).exists()
        invitation.accept(role=role if free else None, now=now)
    return role


def decline(token, *, now):
    """The link's invitation is answered with a no; ValidationError when it opens nothing."""
    invitation = Invitation.objects.by_link(token)
    if invitation is None or why_closed(invitation, now):
        raise ValidationError(_("This invitation no longer waits for an answer."))
    invitation.decline(now=now)
    return invitation


# --- The account of who was invited -------------------------------------------------------------


def account_of(email):
    """(the account of this address or None, whether its owner has ever shown that it is theirs).

    An account that somebody else made of one's address, or that an import entered, has no owner yet: the link
    of the letter, which only the mailbox's reader has, makes it theirs.
    """
    shown = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    if shown:
        return shown.user, True
    user = User.objects.filter(email=email).first()
    if user is None:
        return None, False
    return user, bool(user.last_login or user.is_superuser or user.is_staff or not user.is_active)


def make_account(invitation, *, name, password, language):
    """A person whose address the link has shown to be theirs."""
    user, is_owned = account_of(invitation.email)
    if is_owned:
        raise ValidationError(_("You have an account already. Log in to accept the invitation."))
    if user is None:
        user = User.objects.create_user(invitation.email, password, name=name, language=language)
    else:
        # Whoever made it may know its old password.
        user.name, user.language = name, language
        user.set_password(password)
        user.save(update_fields=["name", "language", "password"])
    user.trust_email()
    return user
