"""The two letters of a handover: to who takes the role, and to who gives it."""

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from advocacy_portal.lib.moments import day_text
from associations.roles.models import Role
from notifications.letters import Letter, LetterKind, absolute_url, queue_letter, register_kind

RECEIVED = "role-received"
GIVEN = "role-given"


def tell(role, successor):
    """Write both letters, once for a handover."""
    for kind, person in ((RECEIVED, successor.person), (GIVEN, role.person)):
        queue_letter(
            kind,
            key=f"{kind}:{role.pk}:{successor.pk}",
            to=person.email,
            name=person.name,
            language=person.language,
            person=person,
            about=role.pk,
            union=role.organisation.union_id,
        )


def _role(mail):
    return Role.objects.select_related("person", "organisation", "successor__person").get(pk=mail.about)


def _facts(role):
    return {
        "role": role.get_kind_display(),
        "name": role.organisation.name,
        "day": day_text(_day(role), weekday=False),
        "giver": role.person,
        "receiver": role.successor.person,
    }


def _day(role):
    """From when the successor answers for the role; who had it already takes the work when the giver ends."""
    return max(role.successor.starts_on, role.ends_on + datetime.timedelta(days=1))


def _lines(facts):
    return [
        (_("Association"), facts["name"]),
        (_("Role"), str(facts["role"]).capitalize()),
        (pgettext("day", "From"), facts["day"]),
        (_("Handed over by"), facts["giver"]),
        (_("Handed over to"), facts["receiver"]),
    ]


def build_received(mail):
    role = _role(mail)
    facts = _facts(role)
    path = reverse("home:handover_pack", args=[role.organisation_id])
    return Letter(
        subject=_("You take over a role: %(role)s, %(name)s, from %(day)s") % facts,
        lead=_("%(giver)s has handed the role over to you. The handover pack tells what you need first.") % facts,
        button=(_("Read the handover pack"), absolute_url(path, mail.language)),
        facts=_lines(facts),
        paragraphs=[
            _(
                "From that day on the portal shows you what belongs to the role. "
                "Registrations that %(giver)s has made for the association move to you, "
                "and we write to you of each."
            )
            % facts,
            _("If this is a mistake, tell the association's chair or the coordinator."),
        ],
        reason=_("You get this letter because a role in %(name)s was handed over to you.") % facts,
    )


def build_given(mail):
    role = _role(mail)
    facts = _facts(role)
    return Letter(
        subject=_("Your role is handed over: %(role)s, %(name)s") % facts,
        lead=_("Your role goes to %(receiver)s on %(day)s. Thank you for your work.") % facts,
        button=(_("Look at the association's page"), absolute_url(role.organisation.get_absolute_url(), mail.language)),
        facts=_lines(facts),
        paragraphs=[
            _("Registrations that you have made for the association move to %(receiver)s from that day on.") % facts,
            _("If you did not know of this, tell the association's chair or the coordinator."),
        ],
        reason=_("You get this letter because your role in %(name)s was handed over.") % facts,
    )


def wanted(mail):
    """Asked just before the letter is final: is the role still handed over, the successor's not taken away, and the
    reader's account open?"""
    if not mail.person or not mail.person.is_active:
        return False
    role = Role.objects.select_related("successor").filter(pk=mail.about, successor__isnull=False).first()
    return role is not None and (role.successor.ends_on is None or role.successor.ends_on >= timezone.localdate())


def register_kinds():
    """Called once when the app starts. A second letter does less harm than none."""
    for name, build in ((RECEIVED, build_received), (GIVEN, build_given)):
        register_kind(LetterKind(name, build, wanted=wanted, when_unknown="resend"))
