"""The directory of organisations, an organisation's page, and editing what it tells of itself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from advocacy_portal.lib.access import require
from advocacy_portal.lib.shelf import kept_for_visitors
from associations.history.permissions import can_see_history
from associations.organisations import card, exporting, logos
from associations.organisations.directory import MOST_COUNTED, DirectoryMap, Search
from associations.organisations.forms import OrganisationForm
from associations.organisations.models import Organisation
from associations.organisations.permissions import (
    can_brand,
    can_decide_networks,
    can_edit_organisation,
    can_name_organisation,
    can_run_network,
    can_see_shared_contacts,
)
from associations.places.mapping import where_map
from associations.roles.contacts import board_of, coordinators_of
from associations.roles.standing import standing_of

PAGE = 25
# Kinds with a board of volunteers, whose people come and go.
BOARDS = (Organisation.Kind.ASSOCIATION, Organisation.Kind.DISTRICT)


@kept_for_visitors
@require_safe
def organisation_list(request):
    """The directory as a list, or as a map whose links narrow it."""
    search = Search(request.GET, request.user)
    found = search.narrow(search.everything())
    paginator = Paginator(found.select_related("home_municipality", "parent").order_by("name_fi", "pk"), PAGE)
    paginator.count = found.order_by()[: MOST_COUNTED + 1].count()
    is_counted = paginator.count <= MOST_COUNTED
    paginator.count = min(paginator.count, MOST_COUNTED)
    return render(
        request,
        "associations/organisations/organisation_list.html",
        {
            "search": search,
            "page_obj": paginator.get_page(request.GET.get("page")),
            "is_counted": is_counted,
            "directory_map": DirectoryMap(search) if search.is_map else None,
            "list_address": search.address(),
            "map_address": search.address(nakyma="kartta"),
        },
    )


@require_safe
def organisation_export(request, kind):
    """The organisations of a search as a file: what is public of them."""
    search = Search(request.GET, request.user)
    found = search.narrow(search.everything()).order_by("name_fi", "pk")
    if kind == "xlsx" and found.order_by()[: exporting.MOST_IN_A_WORKBOOK + 1].count() > exporting.MOST_IN_A_WORKBOOK:
        most = number_format(exporting.MOST_IN_A_WORKBOOK, force_grouping=True)
        messages.warning(
            request,
            _("An Excel file holds at most %(most)s organisations. Narrow the search, or take the CSV file.")
            % {"most": most},
        )
        return redirect(reverse("associations:organisation_list") + search.address())
    return exporting.response(kind, found)


@kept_for_visitors
@require_safe
def organisation(request, pk):
    """What is public of an organisation; for its own people, its coordinator and the staff, the card besides."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    user = request.user
    seen = Organisation.objects.visible_to(user).select_related(
        "parent", "union", "home_municipality__wellbeing_region"
    )
    shown = get_object_or_404(seen, pk=pk)
    home = shown.home_municipality
    covered = list(shown.wellbeing_regions.all()) if shown.kind == "district" else []
    # An association works where its home is; where the office of a union or a network stands says nothing.
    if shown.kind == "association" and home and home.wellbeing_region:
        covered = [home.wellbeing_region]
    is_insider = user.is_authenticated and Organisation.objects.inside(user).filter(pk=pk).exists()
    may_edit = can_edit_organisation(user, shown) if is_insider else False
    context = {
        "organisation": shown,
        "logo": logos.address_of(shown.pk, shown.logo.name) if not shown.ended_on else "",
        "regions": covered,
        "municipalities": list(shown.municipalities.order_by("name_fi")) if shown.kind == "association" else [],
        "family": card.family_of(shown, covered),
        "members": card.members_of(shown) if shown.kind == "network" else [],
        "map": where_map(regions=covered, label=_("Where %(name)s works") % {"name": shown.name}) if covered else None,
        "is_insider": is_insider,
        "today": today,
        "may_run_network": bool(shown.kind == "network" and can_run_network(user, shown)),
        "may_see_contacts": bool(can_see_shared_contacts(user, shown)),
        "links": links_of(user, shown, is_insider=is_insider, may_edit=may_edit),
    }
    networks = [] if shown.kind == "network" else card.networks_of(shown, with_invitations=is_insider)
    context["networks"] = [one for one in networks if one.joined_on]
    if is_insider:
        board = list(board_of(shown, now))
        context |= {
            "board": board,
            "coordinators": coordinators_of(shown, now) if shown.kind == "association" else [],
            "missing": card.missing_from(shown, board, now, today),
            "may_edit": may_edit,
            "may_brand": bool(can_brand(user, shown)),
            "may_decide": bool(can_decide_networks(user, shown)),
            "invitations": [one for one in networks if one.is_waiting],
            "has_networks": bool(networks),
        }
    elif Organisation.objects.contacts_shared_with(user).filter(pk=pk).exists():
        context["shared_board"] = list(board_of(shown, now).on(today))
    return render(request, "associations/organisations/organisation.html", context)


def links_of(user, shown, *, is_insider, may_edit):
    """The doors from this page, for those to whom they open: [(icon, words, address)]."""
    lines = []
    has_board = shown.kind in BOARDS and not shown.ended_on
    if is_insider:
        lines.append(("users", _("People and roles"), reverse("associations:people", args=[shown.pk])))
    if may_edit and has_board:
        lines.append(("clipboard-list", _("Check the details"), reverse("associations:details_check", args=[shown.pk])))
    if is_insider and has_board:
        lines.append(("file-text", _("Handover pack"), reverse("home:handover_pack", args=[shown.pk])))
    if can_see_history(user, shown):
        lines.append(("clock", _("Changes"), reverse("associations:organisation_history", args=[shown.pk])))
    if has_board and shown.pk not in standing_of(user).organisations:
        lines.append(("log-in", _("Ask to join"), reverse("associations:join", args=[shown.pk])))
    place = shown.home_municipality
    approach = reverse("associations:approach") + (f"?kunta={place.code}" if place else "")
    lines.append(("circle-help", _("Whom do we approach?"), approach))
    return lines


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def organisation_edit(request, pk):
    """The board, the coordinator or the staff correct what is told of the organisation."""
    shown = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    require(can_edit_organisation(request.user, shown))
    may_name = bool(can_name_organisation(request.user, shown))
    if request.method != "POST":
        form = OrganisationForm(instance=shown, may_name=may_name)
        return render(
            request, "associations/organisations/organisation_edit.html", {"form": form, "organisation": shown}
        )
    with transaction.atomic():
        # Held until it is saved: of two who send at the same moment, the later is told what the other wrote.
        shown = get_object_or_404(Organisation.objects.select_for_update(of=["self"]), pk=pk)
        form = OrganisationForm(request.POST, request.FILES, instance=shown, may_name=may_name)
        if form.is_valid():
            form.save_changes()
            messages.success(request, _("The details of %(name)s are saved.") % {"name": shown.name})
            return redirect(shown)
    shown = Organisation.objects.get(pk=pk)
    context = {"form": form, "organisation": shown}
    return render(request, "associations/organisations/organisation_edit.html", context, status=422)
