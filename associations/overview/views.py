"""The overview of a coordinator's area; for staff, of the whole union."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.shelf import kept_for_person
from associations.organisations.permissions import can_see_area
from associations.overview import area as overview
from associations.overview import counting, exporting
from associations.overview.models import AssociationState

PAGE = 25


@kept_for_person
@login_required
@require_GET
def area(request):
    require(can_see_area(request.user))
    now = timezone.now()
    today = timezone.localtime(now).date()
    counting.catch_up(now=now)
    search = overview.Search(request.GET, request.user, today)
    ours = AssociationState.objects.looked_after_by(request.user)
    counts = overview.counts_of(search.narrow(ours, by_state=False), request.user, today=today, now=now)
    found = search.in_order(search.narrow(ours))
    paginator = Paginator(found, PAGE)
    # Counted already, beside the others.
    paginator.count = counts[search.state or "all"]
    page_obj = paginator.get_page(request.GET.get("page"))
    first = PAGE * (page_obj.number - 1)
    regions, municipalities = overview.maps_of(
        request.user,
        search,
        day=today,
        region_label=_("Associations by wellbeing region"),
        municipality_label=_("Associations by municipality"),
    )
    return render(
        request,
        "associations/overview/area.html",
        {
            "search": search,
            "chips": search.chips(counts),
            "page_obj": page_obj,
            "rows": overview.shown(found, first, first + PAGE, today=today, now=now),
            "regions": regions,
            "municipalities": municipalities,
            "query": search.query(),
            "fits_a_workbook": page_obj.paginator.count <= exporting.MOST_IN_A_WORKBOOK,
        },
    )


@login_required
@require_GET
def area_export(request, kind):
    """The whole list that the address asks for, as a file."""
    require(can_see_area(request.user))
    if kind not in ("csv", "xlsx"):
        raise Http404
    now = timezone.now()
    today = timezone.localtime(now).date()
    counting.catch_up(now=now)
    search = overview.Search(request.GET, request.user, today)
    found = search.in_order(search.narrow(AssociationState.objects.looked_after_by(request.user)))
    if kind == "xlsx" and found.count() > exporting.MOST_IN_A_WORKBOOK:
        messages.info(request, _("The list is too long for Excel. Narrow it, or download it as CSV."))
        return redirect(reverse("associations:area") + search.query())
    return sheets.response(kind, "oma-alue", exporting.heading(), exporting.lines(found, today))
