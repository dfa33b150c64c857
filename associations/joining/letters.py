"""What we write to those who come in and to those who let them in."""

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import day_text
from associations.joining.models import Invitation, JoinRequest
from associations.roles.models import Role
from associations.roles.permissions import can_manage_people
from notifications.letters import (
    Letter,
    LetterKind,
    absolute_url,
    queue_letter,
    queue_letters,
    register_kind,
    withdraw_letters,
)

INVITED = "invitation"
ENTERED = "role-entered"
ASKED = "join-request"
ANSWERED = "join-request-answered"


def tell_invited(invitation):
    queue_letter(INVITED, **_about_invitation(invitation, union=invitation.organisation.union_id))


def tell_many_invited(invitations, *, union):
    """The same letter to many, who are all invited to organisations of one union."""
    queue_letters(INVITED, [_about_invitation(one, union=union) for one in invitations])


def _about_invitation(invitation, *, union):
    return {
        "key": f"{INVITED}:{invitation.pk}:{invitation.sent_count}",
        "to": invitation.email,
        "name": invitation.name,
        "language": invitation.language,
        "about": invitation.pk,
        "revision": invitation.sent_count,
        "expires_at": invitation.expires_at,
        "union": union,
    }


def withdraw_invitation(invitation, *, now):
    withdraw_letters(INVITED, about=invitation.pk, now=now)


def withdraw_many_invitations(keys, *, now):
    withdraw_letters(INVITED, about_any=keys, now=now)


def tell_entered(role, *, by, now):
    """Somebody else has entered a role for a person who is known in the organisation."""
    if role.person_id == by.pk:
        return
    queue_letter(
        ENTERED,
        key=f"{ENTERED}:{role.pk}:{role.starts_on}:{role.ends_on}",
        to=role.person.email,
        name=role.person.name,
        language=role.person.language,
        person=role.person,
        about=role.pk,
        union=role.organisation.union_id,
    )


def tell_asked(request, answerer):
    queue_letter(
        ASKED,
        key=f"{ASKED}:{request.pk}:{answerer.pk}",
        to=answerer.email,
        name=answerer.name,
        language=answerer.language,
        person=answerer,
        about=request.pk,
        union=request.organisation.union_id,
    )


def withdraw_asked(request, *, now):
    withdraw_letters(ASKED, about=request.pk, now=now)


def tell_answered(request):
    withdraw_asked(request, now=request.decided_at)
    queue_letter(
        ANSWERED,
        key=f"{ANSWERED}:{request.pk}",
        to=request.person.email,
        name=request.person.name,
        language=request.person.language,
        person=request.person,
        about=request.pk,
        union=request.organisation.union_id,
    )


# --- Building, in the reader's language ---------------------------------------------------------


def term_text(starts_on, ends_on):
    """«1.1.2027–31.12.2027», or from a day on."""
    first = day_text(starts_on, weekday=False)
    if ends_on is None:
        return _("from %(day)s") % {"day": first}
    return _("%(first)s – %(last)s") % {"first": first, "last": day_text(ends_on, weekday=False)}


def _facts(row, starts_on, ends_on):
    return [
        (_("Organisation"), row.organisation.name),
        (_("Role"), capfirst(row.get_kind_display())),
        (_("Time"), term_text(starts_on, ends_on)),
    ]


def _invitation(mail):
    return Invitation.objects.select_related("organisation", "invited_by").filter(pk=mail.about).first()


def build_invited(mail):
    invitation = _invitation(mail)
    words = {
        "organisation": invitation.organisation.name,
        "role": invitation.get_kind_display(),
        "person": invitation.invited_by or invitation.organisation.name,
    }
    return Letter(
        subject=_("You are invited: %(role)s, %(organisation)s") % words,
        lead=_("%(person)s invites you to a role in %(organisation)s. Open the invitation and accept it there.")
        % words,
        button=(_("Open the invitation"), absolute_url(invitation.get_link(), mail.language)),
        facts=_facts(invitation, invitation.starts_on, invitation.ends_on)
        + [(_("The link works until"), day_text(invitation.expires_at, weekday=False))],
        paragraphs=[
            _("If you have no account in the portal yet, you make one on the same page. It takes a minute."),
            _("The link is yours alone: do not pass it on. Only the newest letter's link works."),
        ],
        reason=_(
            "You get this letter because somebody wrote your address in an invitation. "
            "If you do not know the association, you need not do anything."
        ),
    )


def invited_wanted(mail):
    """Only while the invitation waits, and only the newest letter: the older ones' links are dead."""
    return (
        Invitation.objects.waiting()
        .filter(pk=mail.about, sent_count=mail.revision, expires_at__gt=timezone.now(), organisation__ended_on=None)
        .exists()
    )


def build_entered(mail):
    role = Role.objects.select_related("organisation", "person").get(pk=mail.about)
    words = {"organisation": role.organisation.name, "role": role.get_kind_display()}
    return Letter(
        subject=_("You have a new role: %(role)s, %(organisation)s") % words,
        lead=_("A role in %(organisation)s was entered for you. It begins and ends by itself on these days.") % words,
        button=(
            _("See who does what"),
            absolute_url(reverse("associations:people", args=[role.organisation_id]), mail.language),
        ),
        facts=_facts(role, role.starts_on, role.ends_on),
        paragraphs=[_("If this is a mistake, tell the chair, or end the role on the page yourself.")],
        reason=_("You get this letter because you have a role in this organisation."),
    )


def entered_wanted(mail):
    return Role.objects.filter(pk=mail.about, person=mail.person_id, person__is_active=True).exists()


def _request(mail):
    return JoinRequest.objects.select_related("organisation", "person", "decided_by").get(pk=mail.about)


def build_asked(mail):
    request = _request(mail)
    words = {"person": str(request.person), "organisation": request.organisation.name}
    facts = [
        (_("Name"), str(request.person)),
        (_("E-mail"), request.person.email),
        (_("Asks to be"), capfirst(request.get_kind_display())),
    ]
    if request.message:
        facts.append((_("Message"), request.message))
    return Letter(
        subject=_("%(person)s asks to join: %(organisation)s") % words,
        lead=_("%(person)s asks to join %(organisation)s. Approve or refuse the request on the page.") % words,
        button=(
            _("Answer the request"),
            absolute_url(reverse("associations:people", args=[request.organisation_id]) + "#pyynnot", mail.language),
        ),
        facts=facts,
        paragraphs=[_("If somebody else has answered meanwhile, you need not do anything.")],
        reason=_("You get this letter because you look after the people of this association."),
    )


def asked_wanted(mail):
    """While it waits, and while the reader may still answer: a board that has changed hears nothing."""
    request = JoinRequest.objects.waiting().select_related("organisation").filter(pk=mail.about).first()
    return bool(request and mail.person and can_manage_people(mail.person, request.organisation))


def build_answered(mail):
    request = _request(mail)
    words = {"organisation": request.organisation.name, "role": request.get_kind_display()}
    if request.state == JoinRequest.State.APPROVED:
        return Letter(
            subject=_("Welcome: %(organisation)s") % words,
            lead=_("Your request was approved. You are now: %(role)s.") % words,
            button=(_("To your own page"), absolute_url(reverse("home:dashboard"), mail.language)),
            facts=[(_("Organisation"), request.organisation.name), (_("Role"), capfirst(request.get_kind_display()))],
            reason=_("You get this letter because you asked to join."),
        )
    return Letter(
        subject=_("Your request to join was not approved: %(organisation)s") % words,
        lead=_("%(organisation)s did not approve your request to join.") % words,
        button=(
            _("The association's page"),
            absolute_url(request.organisation.get_absolute_url(), mail.language),
        ),
        facts=[(_("Reason"), request.reason)],
        paragraphs=[_("If you have questions, write to the association. Its contact details are on its page.")],
        reason=_("You get this letter because you asked to join."),
    )


def answered_wanted(mail):
    return JoinRequest.objects.filter(
        pk=mail.about, state__in=["approved", "refused"], person=mail.person_id, person__is_active=True
    ).exists()


def register_kinds():
    """Called once when the app starts. A second letter of the same does little harm, a missing one much."""
    for name, build, wanted in (
        (INVITED, build_invited, invited_wanted),
        (ENTERED, build_entered, entered_wanted),
        (ASKED, build_asked, asked_wanted),
        (ANSWERED, build_answered, answered_wanted),
    ):
        register_kind(LetterKind(name, build, wanted=wanted, when_unknown="resend"))
