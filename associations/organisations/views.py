"""The directory of organisations, an organisation's page, and editing what it tells of itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from advocacy_portal.lib.access import require
from associations.organisations.directory import Search
from associations.organisations.forms import OrganisationForm
from associations.organisations.models import Organisation
from associations.organisations.permissions import can_edit_organisation
from associations.places.mapping import where_map
from associations.roles.contacts import board_of, coordinators_of

PAGE = 25


@require_GET
def organisation_list(request):
    search = Search(request.GET, request.user)
    found = search.narrow(Organisation.objects.visible_to(request.user).active())
    found = found.select_related("home_municipality", "parent").order_by("name_fi", "pk")
    page_obj = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "associations/organisations/organisation_list.html", {"search": search, "page_obj": page_obj}
    )


@require_GET
def organisation(request, pk):
    now = timezone.now()
    seen = Organisation.objects.visible_to(request.user).select_related(
        "parent", "union", "home_municipality__wellbeing_region"
    )
    shown = get_object_or_404(seen, pk=pk)
    home = shown.home_municipality
    region = home.wellbeing_region if home else None
    is_insider = Organisation.objects.inside(request.user).filter(pk=pk).exists()
    covered = list(shown.wellbeing_regions.all()) or ([region] if region else [])
    return render(
        request,
        "associations/organisations/organisation.html",
        {
            "organisation": shown,
            "region": region,
            "regions": covered,
            "municipalities": list(shown.municipalities.order_by("name_fi")),
            "children": list(shown.children.active().order_by("name_fi")[: PAGE + 1])
            if shown.kind == "district"
            else [],
            "map": where_map(regions=covered, label=_("Where %(name)s works") % {"name": shown.name})
            if covered
            else None,
            "is_insider": is_insider,
            "board": list(board_of(shown, now)) if is_insider else [],
            "coordinators": coordinators_of(shown, now) if is_insider and shown.kind == "association" else [],
            "today": timezone.localtime(now).date(),
            "may_edit": can_edit_organisation(request.user, shown) if request.user.is_authenticated else False,
        },
    )


@login_required
def organisation_edit(request, pk):
    shown = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    require(can_edit_organisation(request.user, shown))
    name = shown.name
    form = OrganisationForm(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        # Only what was changed here: two people may each correct another line at the same time.
        if form.changed_data:
            form.instance.save(update_fields=form.changed_data)
        messages.success(request, _("The details of %(name)s are saved.") % {"name": name})
        return redirect(shown)
    return render(
        request,
        "associations/organisations/organisation_edit.html",
        {"form": form, "organisation": shown, "name": name},
        status=422 if form.is_bound else 200,
    )
