"""Who has answered in a round, who has not, and whom it writes to."""

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from associations.checks import letters
from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.organisations.models import Organisation
from associations.roles.models import Role


def asked_in(details_round):
    """The active associations of the round's union."""
    return Organisation.objects.active().associations().filter(union=details_round.union_id)


def part_of(details_round, user):
    """Those of them that this person looks after: the whole union for its staff, the area for a coordinator."""
    return Organisation.objects.looked_after_by(user).filter(union=details_round.union_id)


def answered_in(details_round):
    """Condition: the organisation has confirmed in this round (a row, its key, or an outer reference)."""
    return Exists(DetailsConfirmation.objects.filter(round=details_round, organisation=OuterRef("pk")))


def counts(organisations, details_round):
    """(asked, answered) of these organisations. One query."""
    row = organisations.order_by().aggregate(
        asked=Count("pk"), answered=Count("pk", filter=Q(answered_in(details_round)))
    )
    return row["asked"], row["answered"]


def boards_of(organisations, now):
    """[(organisation pk, person pk, e-mail, name, language)] of those on the boards today, each once."""
    today = timezone.localtime(now).date()
    return (
        Role.objects.on(today)
        .board()
        .filter(organisation__in=organisations, person__is_active=True)
        .order_by("organisation", "person")
        .values_list("organisation", "person", "person__email", "person__name", "person__language")
        .distinct()
    )


def with_chairs(organisations, now):
    """Give each of a page's associations its chairs, as (name, phone, e-mail). One query."""
    today = timezone.localtime(now).date()
    chairs = {}
    rows = Role.objects.on(today).filter(kind=Role.Kind.CHAIR, organisation__in=[one.pk for one in organisations])
    for organisation, *person in rows.order_by("pk").values_list(
        "organisation", "person__name", "person__phone", "person__email"
    ):
        chairs.setdefault(organisation, []).append(person)
    for one in organisations:
        one.chairs = chairs.get(one.pk, [])
    return organisations


@transaction.atomic
def confirm_details(organisation, *, by, now):
    """The board says that everything is right. Afterwards the open round, if there is one, has its answer.

    Twice confirms once: False for the second.
    """
    # Held until the end: a round that is closed at this moment waits for its last answer.
    open_rounds = DetailsRound.objects.still_open().filter(union=organisation.union_id)
    details_round = open_rounds.select_for_update(no_key=True).first()
    Organisation.objects.filter(pk=organisation.pk).update(details_confirmed_at=now)
    letters.withdraw_for(organisation, now=now)
    if details_round is None:
        return True
    _answer, is_new = DetailsConfirmation.objects.get_or_create(
        round=details_round, organisation=organisation, defaults={"confirmed_by": by, "confirmed_at": now}
    )
    return is_new
