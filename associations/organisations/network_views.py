"""Networks: who is invited, who says yes, and what a member shows to the network."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from associations.organisations import card
from associations.organisations.directory import LONGEST
from associations.organisations.models import NetworkMembership, Organisation
from associations.organisations.permissions import (
    can_decide_networks,
    can_run_network,
    can_see_networks,
    can_see_shared_contacts,
)
from associations.roles.models import Role

FOUND = 20
PAGE = 25


def organisation_or_404(user, pk):
    return get_object_or_404(Organisation.objects.visible_to(user), pk=pk)


def membership_or_404(user, pk):
    rows = NetworkMembership.objects.visible_to(user).select_related("network", "member")
    return get_object_or_404(rows, pk=pk)


# --- Those who run the network -------------------------------------------------------------------
@require_safe
@login_required
def network_members(request, pk):
    """The network's board sees members and invitations, and looks for organisations to invite."""
    network = organisation_or_404(request.user, pk)
    require(can_run_network(request.user, network))
    words = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = []
    if words:
        rows = NetworkMembership.objects.filter(network=network, member=OuterRef("pk"), left_on=None)
        found = list(
            Organisation.objects.visible_to(request.user)
            .active()
            .exclude(kind=Organisation.Kind.NETWORK)
            .matching(words)
            .annotate(is_in=Exists(rows))
            .select_related("union", "home_municipality")
            .order_by("name_fi", "pk")[:FOUND]
        )
    memberships = (
        NetworkMembership.objects.filter(network=network, left_on=None)
        .select_related("member__union")
        .order_by("member__name_fi", "pk")
    )
    page_obj = Paginator(memberships, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "associations/organisations/network_members.html",
        {
            "organisation": network,
            "words": words,
            "found": found,
            "page_obj": page_obj,
            "may_see_contacts": bool(can_see_shared_contacts(request.user, network)),
        },
    )


@login_required
@require_POST
def network_invite(request, pk):
    """Ask an organisation into the network; its chair or secretary answers."""
    network = organisation_or_404(request.user, pk)
    require(can_run_network(request.user, network))
    chosen = request.POST.get("jarjesto", "")
    chosen = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) <= 18 else 0
    invited = get_object_or_404(Organisation.objects.visible_to(request.user).active(), pk=chosen)
    try:
        network.invite(invited, today=timezone.localdate())
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        messages.success(
            request, _("%(name)s is invited. Its chair or secretary answers on its page.") % {"name": invited.name}
        )
    return redirect("associations:network_members", pk=network.pk)


@login_required
@require_POST
def network_remove(request, pk):
    """Withdraw an invitation or end a membership."""
    membership = membership_or_404(request.user, pk)
    require(can_run_network(request.user, membership.network))
    _end(request, membership, _("%(member)s is no longer in the network."))
    return redirect("associations:network_members", pk=membership.network_id)


@require_safe
@login_required
def network_contacts(request, pk):
    """The boards of the members that show them to this network."""
    network = organisation_or_404(request.user, pk)
    require(can_see_shared_contacts(request.user, network))
    page_obj = Paginator(shared_seats(request.user, network), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "associations/organisations/network_contacts.html",
        {"organisation": network, "page_obj": page_obj},
    )


@require_safe
@login_required
def network_contacts_export(request, pk, kind):
    """The same as a file."""
    network = organisation_or_404(request.user, pk)
    require(can_see_shared_contacts(request.user, network))
    heading = [_("Organisation"), _("Central organisation"), _("Role"), _("Name"), _("E-mail"), _("Phone number")]
    rows = (
        [
            role.organisation.name,
            role.organisation.union.name if role.organisation.union else "",
            str(role.get_kind_display()),
            role.person.name,
            role.person.email,
            role.person.phone,
        ]
        for role in shared_seats(request.user, network)
    )
    return sheets.response(kind, f"verkosto-{network.pk}", heading, rows)


def shared_seats(user, network):
    """Today's board seats of the members of this one network that share them."""
    sharing = NetworkMembership.objects.in_force().filter(network=network, shares_contacts=True)
    shared = Organisation.objects.contacts_shared_with(user).filter(pk__in=sharing.values("member"))
    return (
        Role.objects.on(timezone.localdate())
        .board()
        .filter(organisation__in=shared.values("pk"), person__is_active=True)
        .select_related("organisation__union", "person")
        .order_by("organisation__name_fi", "organisation", "person__name", "pk")
    )


# --- The member organisation ---------------------------------------------------------------------
@require_safe
@login_required
def organisation_networks(request, pk):
    """The networks of an organisation and the invitations that wait."""
    shown = organisation_or_404(request.user, pk)
    require(can_see_networks(request.user, shown))
    networks = card.networks_of(shown, with_invitations=True)
    return render(
        request,
        "associations/organisations/organisation_networks.html",
        {
            "organisation": shown,
            "invitations": [one for one in networks if one.is_waiting],
            "networks": [one for one in networks if one.joined_on],
            "may_decide": can_decide_networks(request.user, shown),
        },
    )


@login_required
@require_POST
def membership_answer(request, pk):
    """Yes or no to an invitation; with the yes, whether the board is shown to the network."""
    membership = membership_or_404(request.user, pk)
    require(can_decide_networks(request.user, membership.member))
    today = timezone.localdate()
    names = {"network": membership.network.name, "member": membership.member.name}
    try:
        if request.POST.get("vastaus") == "liity":
            membership.accept(shares_contacts=request.POST.get("nayta") == "1", today=today)
            messages.success(request, _("%(member)s is now a member of %(network)s.") % names)
        elif request.POST.get("vastaus") == "ei":
            membership.decline(today=today)
            messages.success(request, _("You declined the invitation of %(network)s.") % names)
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    return redirect("associations:organisation_networks", pk=membership.member_id)


@login_required
@require_POST
def membership_share(request, pk):
    """Show the board to the network, or stop showing it."""
    membership = membership_or_404(request.user, pk)
    require(can_decide_networks(request.user, membership.member))
    names = {"network": membership.network.name}
    try:
        membership.share(request.POST.get("nayta") == "1")
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        messages.success(
            request,
            _("The board of %(network)s now sees your board's contact details.") % names
            if membership.shares_contacts
            else _("%(network)s no longer sees your board's contact details.") % names,
        )
    return redirect("associations:organisation_networks", pk=membership.member_id)


@login_required
@require_POST
def membership_leave(request, pk):
    """Leave the network, in one click."""
    membership = membership_or_404(request.user, pk)
    require(can_decide_networks(request.user, membership.member))
    _end(request, membership, _("%(member)s has left %(network)s."))
    return redirect("associations:organisation_networks", pk=membership.member_id)


def _end(request, membership, words):
    names = {"network": membership.network.name, "member": membership.member.name}
    try:
        membership.leave(today=timezone.localdate())
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        messages.success(request, words % names)
