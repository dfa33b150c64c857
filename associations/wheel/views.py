"""The register of a union's own dates, kept by its staff."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from advocacy_portal.lib.access import require
from associations.wheel.forms import UnionDateForm
from associations.wheel.models import UnionDate
from associations.wheel.permissions import can_edit_own_date, can_keep_own_dates

MOST = 500


@login_required
@require_safe
def own_date_list(request):
    """Every own date of one's union by the order of the year."""
    require(can_keep_own_dates(request.user))
    dates = list(UnionDate.objects.kept_by(request.user).select_related("union").order_by("month", "day", "pk")[:MOST])
    return render(
        request,
        "associations/wheel/own_date_list.html",
        {"dates": dates, "several": len({date.union_id for date in dates}) > 1},
    )


@login_required
def own_date_create(request):
    require(can_keep_own_dates(request.user))
    form = UnionDateForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        date = form.save()
        messages.success(request, _("%(title)s is on the year wheel.") % {"title": date.title})
        return redirect("associations:own_date_list")
    return render(
        request, "associations/wheel/own_date_edit.html", {"form": form}, status=422 if form.is_bound else 200
    )


@login_required
def own_date_edit(request, pk):
    date = get_object_or_404(UnionDate.objects.visible_to(request.user), pk=pk)
    require(can_edit_own_date(request.user, date))
    title = date.title
    form = UnionDateForm(request.POST or None, instance=date, user=request.user)
    if request.method == "POST" and form.is_valid():
        # Only what was changed here: a colleague may correct another line at the same time.
        if form.changed_data:
            form.instance.save(update_fields=form.changed_data)
        messages.success(request, _("The changes to %(title)s are saved.") % {"title": form.instance.title})
        return redirect("associations:own_date_list")
    return render(
        request,
        "associations/wheel/own_date_edit.html",
        {"form": form, "date": date, "title": title},
        status=422 if form.is_bound else 200,
    )


@login_required
def own_date_delete(request, pk):
    """Asks first; a removed date is gone from every wheel, calendar file and next step."""
    date = get_object_or_404(UnionDate.objects.visible_to(request.user), pk=pk)
    require(can_edit_own_date(request.user, date))
    if request.method == "POST":
        title = date.title
        date.delete()
        messages.success(request, _("%(title)s was removed from the year wheel.") % {"title": title})
        return redirect("associations:own_date_list")
    return render(request, "associations/wheel/own_date_delete.html", {"date": date})
