"""Front page, dashboards and the pages about the portal itself."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from advocacy_portal.home import context, desks
from advocacy_portal.home.seats import active_seat, take_seat
from advocacy_portal.lib.access import Denied, require
from advocacy_portal.lib.shelf import kept_for_person


@require_safe
def front(request):
    """What the portal is and what is near; a signed-in person goes on to their own page."""
    if request.user.is_authenticated:
        return redirect("home:dashboard")
    return render(request, "home/front.html", desks.front(now=timezone.now()))


@kept_for_person
@login_required
@require_safe
def dashboard(request):
    """Where each role begins: what waits for me, what is near, who helps."""
    seat = active_seat(request)
    desk = context.desk_of(request)
    page = {
        context.BOARD: desks.board,
        context.COORDINATOR: desks.coordinator,
        context.STAFF: desks.staff,
        context.PERSON: desks.person,
    }[desk]
    return render(request, f"home/dashboard_{desk}.html", page(request.user, seat, now=timezone.now()))


@login_required
@require_POST
def switch_seat(request):
    """Act on behalf of another of one's organisations."""
    seat = take_seat(request, request.POST.get("seat", ""))
    require(seat is not None or Denied(_("You have no such role any more.")))
    return redirect("home:dashboard")


@require_GET
def help_page(request):
    return render(request, "home/help.html")


@require_GET
def accessibility(request):
    return render(request, "home/accessibility.html")


@require_GET
def privacy(request):
    return render(request, "home/privacy.html")
