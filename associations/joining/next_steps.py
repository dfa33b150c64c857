"""Who waits for this person's answer."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from advocacy_portal.lib.steps import Step
from associations.joining.models import JoinRequest
from associations.roles.standing import standing_of

MOST = 3


def steps_for(user, now):
    """Requests to join, one step an organisation; one query, none for who answers nobody."""
    standing = standing_of(user)
    if not (standing.led or standing.areas or standing.staffed_unions or standing.is_administrator):
        return []
    rows = (
        JoinRequest.objects.waiting()
        .for_answer_by(user, timezone.localtime(now).date())
        .exclude(person=user)
        .order_by()
        .values_list("organisation", "organisation__name_fi", "organisation__name_sv")
        .annotate(count=Count("pk"))
        .order_by("organisation__name_fi", "organisation")[:MOST]
    )
    return [
        Step(
            "users",
            ngettext("%(count)s person waits for your answer", "%(count)s people wait for your answer", count)
            % {"count": count},
            reverse("associations:people", args=[pk]) + "#pyynnot",
            text=(get_language() == "sv" and name_sv) or name_fi,
            state_class="new",
            state_label=_("Asks to join"),
            order=15,
        )
        for pk, name_fi, name_sv, count in rows
    ]
