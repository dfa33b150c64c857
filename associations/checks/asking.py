"""Writing to the boards: first that the round is open, later to those who have not answered.

Every letter has a key of its own, so each of these may run any number of times.
"""

import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from advocacy_portal.lib.moments import moment_text
from associations.checks import letters
from associations.checks.answers import answered_in, asked_in, boards_of, part_of
from associations.checks.models import DetailsRound
from associations.checks.querysets import REST
from associations.roles.standing import standing_of
from notifications.letters import queue_letters
from notifications.models import OutgoingMail

# A hand of associations at a time: a few thousand letters in one transaction.
BATCH = 500


def open_round(*, union, title, deadline, by, now):
    """Open a round of this union. Afterwards its boards are being written to.

    Raises ValidationError when the union has one open already.
    """
    from associations.checks.tasks import ask_boards, later

    details_round = DetailsRound(
        union=union, title=title, deadline=deadline, opened_by=by, opened_on=timezone.localtime(now).date()
    )
    with transaction.atomic():
        # Two who press at once: the second waits here and then meets the constraint in words.
        type(union).objects.select_for_update(no_key=True).get(pk=union.pk)
        details_round.full_clean()
        # Opening writes to every board: closing and opening again must not write to them twice in a day.
        day = datetime.timedelta(days=1)
        if DetailsRound.objects.filter(union=union, opened_on__gte=details_round.opened_on - day).exists():
            raise ValidationError(_("The boards have just been written to. You can open the next round in two days."))
        details_round.save()
        later(ask_boards, details_round.pk)
    return details_round


def ask(details_round, after, now):
    """Write to the boards of the next hand of associations; where to go on from, or None at the end."""
    return _write(details_round, asked_in(details_round), letters.ASKED, "alku", after, now)


def remind(details_round, after, now):
    """Remind the boards of the next hand that have not answered, in the round that ``reminded_at`` began."""
    stamp = details_round.reminded_at
    resting = asked_in(details_round).filter(~_written_since(stamp - REST, before=stamp))
    return _write(details_round, resting, letters.REMINDED, f"{stamp:%Y%m%d%H%M%S}", after, now)


def _write(details_round, organisations, kind, stamp, after, now):
    waiting = organisations.filter(~answered_in(details_round), pk__gt=after).order_by("pk")
    hand = list(waiting.values_list("pk", flat=True)[:BATCH])
    _write_to(details_round, hand, kind, stamp, now)
    return hand[-1] if len(hand) == BATCH else None


def _write_to(details_round, organisations, kind, stamp, now):
    """How many letters these boards are owed; those written before are not written again."""
    day_after = timezone.make_aware(
        datetime.datetime.combine(details_round.deadline + datetime.timedelta(days=1), datetime.time())
    )
    rows = [
        {
            "key": f"{kind}:{details_round.pk}:{organisation}:{person}:{stamp}",
            "to": email,
            "name": name,
            "language": language,
            "person_id": person,
            "about": organisation,
            "revision": details_round.pk,
            # A long queue may take its time, but not longer than the question is of use.
            "expires_at": max(day_after, now + letters.LIFE),
            "union": details_round.union_id,
        }
        for organisation, person, email, name, language in boards_of(organisations, now)
    ]
    people = User.objects.in_bulk({row["person_id"] for row in rows})
    for row in rows:
        row["person"] = people.get(row.pop("person_id"))
    if rows:
        queue_letters(kind, rows)
    return len(rows)


def remind_part(details_round, *, by, now):
    """«Muistuta vastaamattomia»: the whole union is reminded by a task, a coordinator's own area at once.

    Afterwards nobody can remind the same boards within a day. Raises ValidationError when somebody just has.
    """
    from associations.checks.tasks import later, remind_boards

    with transaction.atomic():
        locked = DetailsRound.objects.select_for_update(no_key=True).get(pk=details_round.pk)
        if reason := why_not_now(locked, by, now):
            raise ValidationError(reason)
        if reminds_all(by, locked):
            locked.stamp_reminder(now=now)
            later(remind_boards, locked.pk)
        else:
            waiting = part_of(locked, by).filter(~answered_in(locked), ~_written_since(now - REST))
            hand = list(waiting.order_by("pk").values_list("pk", flat=True))
            for start in range(0, len(hand), BATCH):
                _write_to(locked, hand[start : start + BATCH], letters.REMINDED, f"{now:%Y%m%d%H%M%S}", now)


def why_not_now(details_round, user, now):
    """Why these boards cannot be reminded at this moment, in words; empty when they can."""
    if not details_round.is_open:
        return _("The round has been closed.")
    if details_round.opened_on >= timezone.localtime(now).date():
        return _("The boards were asked today. You can remind them from tomorrow on.")
    last = last_reminder(details_round, user, now)
    if last and last > now - REST:
        return _("The boards were reminded %(when)s. You can remind them again %(again)s.") % {
            "when": moment_text(last),
            "again": moment_text(last + REST),
        }
    return ""


def last_reminder(details_round, user, now):
    """When this person's part was last reminded: the whole union, or somebody in the own area within a day."""
    moments = [details_round.reminded_at]
    if not reminds_all(user, details_round):
        written = OutgoingMail.objects.filter(
            kind=letters.REMINDED,
            revision=details_round.pk,
            created_at__gt=now - REST,
            about__in=part_of(details_round, user).values("pk"),
        )
        moments.append(written.aggregate(last=Max("created_at"))["last"])
    return max(filter(None, moments), default=None)


def reminds_all(user, details_round):
    """Whether this person's part is the whole union: its staff, and a coordinator without regions or district."""
    standing = standing_of(user)
    return (
        standing.is_administrator
        or details_round.union_id in standing.staffed_unions
        or any(
            area.union == details_round.union_id and not area.regions and not area.district for area in standing.areas
        )
    )


def _written_since(moment, before=None):
    """Condition: the organisation's board has been reminded since ``moment``."""
    written = OutgoingMail.objects.filter(kind=letters.REMINDED, created_at__gt=moment, about=OuterRef("pk"))
    return Exists(written.filter(created_at__lt=before) if before else written)
