"""What a board reads: «check your details», and the same once more when it has not answered."""

import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from advocacy_portal.lib.moments import day_text
from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.organisations.models import Organisation
from associations.roles.models import Role
from notifications.letters import Letter, LetterKind, absolute_url, register_kind, withdraw_letters

ASKED = "details-asked"
REMINDED = "details-reminded"
# However near the deadline: a letter that waited longer than this says nothing new.
LIFE = datetime.timedelta(days=3)


def withdraw_for(organisation, *, now):
    """Hold back what asks a board that has just answered."""
    for kind in (ASKED, REMINDED):
        withdraw_letters(kind, about=organisation.pk, now=now)


def _load(mails):
    """Fetch the associations and rounds of a whole hand of letters with two queries."""
    organisations = Organisation.objects.select_related("union").in_bulk({mail.about for mail in mails})
    rounds = DetailsRound.objects.in_bulk({mail.revision for mail in mails})
    for mail in mails:
        mail.association, mail.round = organisations.get(mail.about), rounds.get(mail.revision)


def _fetched(mail):
    if not hasattr(mail, "association"):
        _load([mail])
    return mail.association, mail.round


def build_asked(mail):
    association, details_round = _fetched(mail)
    return _letter(
        mail,
        subject=_("Check the details of %(name)s by %(day)s"),
        lead=_(
            "Please look through the contact details and the board of %(name)s by %(day)s. "
            "If everything is right, one click is enough."
        ),
        details_round=details_round,
        association=association,
    )


def build_reminded(mail):
    association, details_round = _fetched(mail)
    return _letter(
        mail,
        subject=_("Reminder: check the details of %(name)s by %(day)s"),
        lead=_("We have not had an answer from %(name)s yet. If everything is right, one click is enough."),
        details_round=details_round,
        association=association,
    )


def _letter(mail, *, subject, lead, details_round, association):
    facts = {"name": association.name, "day": day_text(details_round.deadline, weekday=False)}
    path = reverse("associations:details_check", args=[association.pk])
    return Letter(
        subject=subject % facts,
        lead=lead % facts,
        button=(_("Check the details"), absolute_url(path, mail.language)),
        facts=[
            (_("Association"), association.name),
            (_("Round"), details_round.title),
            (_("Deadline"), day_text(details_round.deadline)),
        ],
        paragraphs=[
            _("Members, the municipality and the coordinator find you by these details."),
            _("One answer from the board is enough. When somebody has answered, you need not do anything."),
        ],
        reason=_(
            "You get this letter because you are on the board of %(name)s. "
            "%(union)s asks every board to check its details once a year."
        )
        % {"name": association.name, "union": association.union.name if association.union else ""},
    )


def wanted_among(mails):
    """Asked just before a letter is final: is the round open, the answer missing, and the reader on the board?"""
    today = timezone.localdate()
    about = {mail.about for mail in mails}
    still_open = set(
        DetailsRound.objects.still_open().filter(pk__in={mail.revision for mail in mails}).values_list("pk", flat=True)
    )
    answered = set(
        DetailsConfirmation.objects.filter(round__in=still_open, organisation__in=about).values_list(
            "round", "organisation"
        )
    )
    people = {mail.person_id for mail in mails}
    on_board = set(
        Role.objects.on(today)
        .board()
        .filter(organisation__in=about, organisation__ended_on=None, person__in=people, person__is_active=True)
        .values_list("organisation", "person")
    )
    return {
        mail.pk
        for mail in mails
        if mail.revision in still_open
        and (mail.revision, mail.about) not in answered
        and (mail.about, mail.person_id) in on_board
    }


def register_kinds():
    """Called once when the app starts. A second letter does less harm than none."""
    for name, build in ((ASKED, build_asked), (REMINDED, build_reminded)):
        register_kind(
            LetterKind(
                name,
                build,
                queue="bulk",
                when_unknown="resend",
                load=_load,
                wanted=lambda mail: mail.pk in wanted_among([mail]),
                wanted_among=wanted_among,
            )
        )
