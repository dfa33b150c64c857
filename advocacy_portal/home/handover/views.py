"""Handing a role over, and the handover pack for the new board."""

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from advocacy_portal.home.handover import giving, press, rooms
from advocacy_portal.home.handover.forms import HandoverForm
from advocacy_portal.home.handover.pack import pack_of
from advocacy_portal.home.handover.permissions import can_hand_over, packs_seen_by, roles_seen_by
from advocacy_portal.lib import pdf
from advocacy_portal.lib.access import require
from advocacy_portal.lib.moments import day_text
from associations.models import Role

log = structlog.get_logger(__name__)


@login_required
def handover(request, role):
    """What moves and what stays, to whom and from when; then «Luovuta tehtävä»."""
    now = timezone.now()
    seen = roles_seen_by(request.user).select_related("person", "organisation")
    shown = get_object_or_404(seen, pk=role)
    require(can_hand_over(request.user, shown, now))
    form = HandoverForm(request.POST or None, role=shown, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            moved = giving.hand_over(shown, **form.cleaned_data, now=now)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _done(form.cleaned_data, moved))
            # Everybody sees this page, also who has just left the board.
            return redirect(shown.organisation)
    today = timezone.localtime(now).date()
    day = giving.usual_day(shown, today)
    work = {"day": day, "now": now}
    stays = giving.stays_on_board(shown, day)
    return render(
        request,
        "home/handover/handover.html",
        {
            "role": shown,
            "form": form,
            "is_own": shown.person_id == request.user.pk,
            "moving": [] if stays else rooms.moving(shown.person, shown.organisation, **work),
            "unfinished": rooms.unfinished(shown.person, shown.organisation, **work),
            "kept": _kept(shown, request.user, today),
            "stays_on_board": stays,
            "day": day,
        },
        status=422 if form.is_bound else 200,
    )


def _kept(role, user, today):
    """The person's other roles; another reader sees only those in this organisation."""
    others = Role.objects.filter(person=role.person_id, ends_on=None) | Role.objects.filter(
        person=role.person_id, ends_on__gte=today
    )
    if role.person_id != user.pk:
        others = others.filter(organisation=role.organisation_id)
    return others.exclude(pk=role.pk).select_related("organisation").order_by("starts_on", "pk")


def _done(facts, moved):
    words = _("The role is handed over to %(person)s from %(day)s.") % {
        "person": facts["to"],
        "day": day_text(facts["day"], weekday=False),
    }
    if moved:
        words += " " + ngettext(
            "%(count)s registration moved at the same time.", "%(count)s registrations moved at the same time.", moved
        ) % {"count": moved}
    return words


def _organisation(request, pk, now):
    seen = packs_seen_by(request.user, now).select_related("union", "parent", "home_municipality__wellbeing_region")
    return get_object_or_404(seen, pk=pk)


@login_required
@require_safe
def handover_pack(request, pk):
    """The pack as a page."""
    now = timezone.now()
    organisation = _organisation(request, pk, now)
    return render(
        request,
        "home/handover/handover_pack.html",
        {"organisation": organisation, "p": pack_of(organisation, request.user, now)},
    )


@login_required
@require_safe
def handover_pack_pdf(request, pk):
    """The pack as a file to print and to send."""
    now = timezone.now()
    organisation = _organisation(request, pk, now)
    pack = pack_of(organisation, request.user, now)
    try:
        made = press.pressed_from(pack)
    except pdf.PressFault as fault:
        log.warning("handover_pack_not_pressed", organisation=pk, kind=fault.kind, reason=fault.reason)
        messages.warning(request, _("The PDF could not be made now. You can print this page instead."))
        page = {"organisation": organisation, "p": pack}
        return render(request, "home/handover/handover_pack.html", page, status=503)
    name = "-".join([_("handover-pack"), slugify(organisation.name)])
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )
