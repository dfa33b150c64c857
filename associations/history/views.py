"""Who changed what in an organisation, on the organisation's own page of changes."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.views.decorators.http import require_GET

from advocacy_portal.lib.access import require
from associations.history.log import changes_of
from associations.history.permissions import can_see_history
from associations.organisations.models import Organisation


@login_required
@require_GET
def organisation_history(request, pk):
    shown = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    require(can_see_history(request.user, shown))
    changes, older = changes_of(shown, before=_moment(request.GET.get("ennen", "")))
    return render(
        request,
        "associations/history/organisation_history.html",
        {"organisation": shown, "changes": changes, "older": older.isoformat() if older else ""},
    )


def _moment(text):
    """The moment that an address names, or None."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and is_aware(moment) and 2000 < moment.year < 3000 else None
