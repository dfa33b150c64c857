"""The area of a coordinator; for staff, the whole union."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from advocacy_portal.lib.access import require
from associations.organisations.permissions import can_see_area
from associations.roles.area import STATES, AreaMaps, associations_of_area, in_state, with_people

PAGE = 25


@login_required
@require_GET
def area(request):
    require(can_see_area(request.user))
    now = timezone.now()
    state = request.GET.get("tila", "") if request.GET.get("tila") in STATES else ""

    def address(region=None, state=state):
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in [("alue", region and region.code), ("tila", state)] if value})
        return reverse("associations:area") + (f"?{query.urlencode()}" if query else "") + "#yhdistykset"

    maps = AreaMaps(
        request.user,
        today=timezone.localtime(now).date(),
        address=address,
        region_label=_("Associations by wellbeing region"),
        municipality_label=_("Associations by municipality"),
    )
    region = next((one for one in maps.choices if one.code == request.GET.get("alue")), None)
    found = in_state(associations_of_area(request.user, now), state)
    if region:
        found = found.filter(home_municipality__wellbeing_region=region)
    page_obj = Paginator(found, PAGE).get_page(request.GET.get("page"))
    with_people(page_obj.object_list, now)
    chosen = [(region.short_name, address(None, state))] if region else []
    chosen += [(STATES[state], address(region, ""))] if state else []
    return render(
        request,
        "associations/roles/area.html",
        {
            "maps": maps,
            "page_obj": page_obj,
            "region": region,
            "state": state,
            "states": STATES.items(),
            "chosen": chosen,
        },
    )
