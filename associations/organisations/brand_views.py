"""A union's colours and logo: choosing them, and the files that carry them."""

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from advocacy_portal.lib.access import require
from associations.organisations import branding, logos
from associations.organisations.forms import BrandForm, LogoForm
from associations.organisations.models import Organisation
from associations.organisations.permissions import can_brand

# The address changes with the content.
FOR_EVER = "public, max-age=31536000, immutable"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def branding_edit(request, pk):
    """«Ilme»: the union's staff choose the colours, look at them first, and bring the logo."""
    union = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    require(can_brand(request.user, union))
    used = branding.PORTAL | branding.colours_of(union)
    form, logo_form, tried = BrandForm(initial=used), LogoForm(), None
    act = request.POST.get("tee")
    if act == "palauta":
        union.change_colours({})
        messages.success(request, _("The portal's own colours are in use again."))
        return redirect("associations:branding", pk=union.pk)
    if act == "poista-logo":
        union.change_logo(None)
        messages.success(request, _("The logo is removed."))
        return redirect("associations:branding", pk=union.pk)
    if act == "logo":
        logo_form = LogoForm(request.POST, request.FILES)
        if logo_form.is_valid():
            union.change_logo(logo_form.cleaned_data["logo"])
            messages.success(request, _("The logo is in use."))
            return redirect("associations:branding", pk=union.pk)
    elif request.method == "POST":
        form = BrandForm(request.POST)
        if form.is_valid():
            if act == "tallenna":
                try:
                    union.change_colours(form.colours)
                except ValidationError as refusal:
                    form.add_error(None, refusal)
                else:
                    messages.success(request, _("The colours are in use. Everybody who acts for the union sees them."))
                    return redirect("associations:branding", pk=union.pk)
            else:
                tried, form = form.colours, BrandForm(initial=form.colours)
    is_bound = form.is_bound or logo_form.is_bound
    return render(
        request,
        "associations/organisations/branding.html",
        {
            "organisation": union,
            "form": logo_form if logo_form.is_bound else form,
            "colour_form": form,
            "logo_form": logo_form,
            "logo": logos.address_of(union.pk, union.logo.name),
            "tried": tried,
            "has_own": bool(branding.colours_of(union)),
            "readings": branding.readings(tried or used),
            "preview_css": branding.preview_address(tried or used),
        },
        status=422 if is_bound else 200,
    )


@require_safe
def brand_css(request, pk, digest):
    """The union's colours as custom properties. An old address is gone: its page is old too."""
    colours = branding.colours_of(get_object_or_404(Organisation.objects.active().unions(), pk=pk))
    if not colours or digest != branding.digest_of(colours):
        raise Http404
    return style(branding.style_sheet(colours))


@require_safe
def brand_preview_css(request, values):
    """The same of colours that are only tried on, for one part of a page; nothing but six hex figures comes through."""
    found = re.fullmatch(r"([0-9a-f]{6})-([0-9a-f]{6})-([0-9a-f]{6})", values)
    if not found:
        raise Http404
    colours = dict(zip(branding.PORTAL, ("#" + value for value in found.groups()), strict=True))
    return style(branding.style_sheet(colours, ".brand-preview"))


def style(text):
    return HttpResponse(
        text,
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"},
    )


@require_safe
def organisation_logo(request, pk, digest):
    """The logo, read through the storage, whichever it is. Who asks does not matter: it is public."""
    shown = get_object_or_404(Organisation.objects.active(), pk=pk)
    if not shown.logo or digest != logos.digest_of(shown.logo.name):
        raise Http404
    try:
        opened = shown.logo.storage.open(shown.logo.name, "rb")
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(opened, content_type="image/png")
    answer["Content-Disposition"] = 'attachment; filename="logo.png"'
    answer["Cache-Control"] = FOR_EVER
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
