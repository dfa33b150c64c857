"""Registering, seeing and cancelling one's registration, and the organiser's list."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.moments import moment_text
from events.calendar.doors import log_in_to_see
from events.calendar.ics import CONTENT_TYPE, calendar_file
from events.calendar.models import Event
from events.calendar.permissions import can_see_registrations
from events.registrations import enrolling, letters
from events.registrations.forms import RegistrationForm
from events.registrations.models import LINK_SALT, Registration
from events.registrations.permissions import can_cancel_registration, can_register

PAGE = 50
# A letter's link lets see a name and an address: it ends some time after the event.
LINK_LIFE = datetime.timedelta(days=180)


@never_cache
@log_in_to_see
def register(request, pk):
    """Register for an event, with or without an account."""
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("organiser"), pk=pk)
    now = timezone.now()
    require(can_register(event, now))
    form = RegistrationForm(request.POST or None, user=request.user)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            outcome = _register(request, event, form.cleaned_data, now)
        except enrolling.FormAlreadyUsed as refusal:
            form.add_error(None, refusal)
            form.take_new_key()
            status = 409
        except ValidationError as refusal:
            form.add_error(None, refusal)
            status = 422
        else:
            return _registered(request, outcome)
    elif form.errors:
        status = 422
    return render(request, "events/registrations/register.html", {"event": event, "form": form}, status=status)


def _register(request, event, data, now):
    signed_in = request.user.is_authenticated
    outcome = enrolling.register(
        event,
        name=data["name"],
        email=request.user.email if signed_in else data["email"],
        phone=data["phone"],
        association=data.get("association"),
        association_text=data.get("association_text", ""),
        person=request.user if signed_in else None,
        language=get_language(),
        form_key=data["form_key"],
        now=now,
    )
    if not outcome.is_new and outcome.registration.form_key != data["form_key"]:
        letters.tell_known(outcome.registration, now)
    return outcome


def _registered(request, outcome):
    """What is said must not tell a guest whether an address was registered before."""
    if request.user.is_authenticated:
        registration = outcome.registration
        if not outcome.is_new:
            messages.info(request, _("You are already registered for this event."))
        elif registration.is_confirmed:
            messages.success(request, _("You are registered. The confirmation comes to your e-mail in a few minutes."))
        else:
            messages.success(
                request, _("The event is full. You are on the waiting list, and we write to you when a seat is freed.")
            )
        return redirect(registration.event)
    return redirect("events:registered", pk=outcome.registration.event_id)


@require_safe
@log_in_to_see
def registered(request, pk):
    """Where a guest lands: the same words for everybody, the rest is in the letter."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    return render(request, "events/registrations/registered.html", {"event": event})


def _by_token(token):
    """The registration of a signed link; None when it is forged, or its event is long over."""
    try:
        pk, key = signing.loads(token, salt=LINK_SALT)
        found = Registration.objects.select_related("event__organiser", "association").get(pk=pk, form_key=key)
        return None if found.event.is_over(timezone.now() - LINK_LIFE) else found
    except (signing.BadSignature, Registration.DoesNotExist, ValueError, TypeError, ValidationError):
        return None


@require_safe
@never_cache
def registration_manage(request, token):
    """One's registration by the signed link of a letter, without logging in."""
    registration = _by_token(token)
    if registration is None:
        return _broken(request)
    return _show(request, registration, reverse("events:registration_manage_cancel", args=[token]))


@never_cache
def registration_manage_cancel(request, token):
    """Give the registration of a letter's link up. Looking changes nothing: mail programs open links by themselves."""
    registration = _by_token(token)
    if registration is None:
        return _broken(request)
    return _cancel(request, registration, reverse("events:registration_manage", args=[token]))


@login_required
@require_safe
@never_cache
def registration(request, pk):
    """One's own registration when logged in."""
    return _show(request, _own(request, pk), reverse("events:registration_cancel", args=[pk]))


@login_required
@never_cache
def registration_cancel(request, pk):
    """Give one's own registration up: asked once, since the seat may go to somebody else at once."""
    return _cancel(request, _own(request, pk), reverse("events:registration", args=[pk]))


def _own(request, pk):
    rows = Registration.objects.of_person(request.user).select_related("event__organiser", "association")
    return get_object_or_404(rows, pk=pk)


def _broken(request):
    return render(request, "events/registrations/link_broken.html", status=404)


def _cancel(request, registration, back):
    """Ask, and on a yes do; what cannot be given up any more is told on the page of the registration."""
    now = timezone.now()
    if request.method == "POST":
        try:
            enrolling.cancel(registration, now=now)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("Your registration is cancelled."))
        return redirect(back)
    if not can_cancel_registration(registration, now):
        return redirect(back)
    context = {
        "registration": registration,
        "event": registration.event,
        "somebody_waits": registration.is_confirmed and registration.event.registrations.waiting().exists(),
        "back_url": back,
    }
    return render(request, "events/registrations/registration_cancel.html", context)


def _show(request, registration, cancel_url):
    event, now = registration.event, timezone.now()
    context = {
        "registration": registration,
        "event": event,
        "now": now,
        "may_cancel": can_cancel_registration(registration, now),
        "cancel_url": cancel_url,
        "calendar_url": reverse("events:registration_calendar", args=[registration.token]),
    }
    if registration.is_cancelled and not event.is_cancelled:
        # The way back, and the truth about the seat.
        context |= {
            "may_register": can_register(event, now),
            "is_back": event.registrations.in_force().filter(email=registration.email).exists(),
            "seat_went_on": event.registrations.filter(confirmed_at=registration.cancelled_at).exists(),
        }
    return render(request, "events/registrations/registration.html", context)


@require_safe
@never_cache
def registration_calendar(request, token):
    """The calendar file of one's own registration, remote link included once a seat is sure."""
    registration = _by_token(token)
    if registration is None:
        raise Http404
    content = calendar_file([registration.event], language=get_language(), remote_links=registration.is_confirmed)
    return HttpResponse(
        content, content_type=CONTENT_TYPE, headers={"Content-Disposition": 'attachment; filename="tapahtuma.ics"'}
    )


@login_required
@require_safe
def my_registrations(request):
    """All of one's own registrations, the nearest first."""
    now = timezone.now()
    mine = Registration.objects.of_person(request.user).in_force().select_related("event")
    return render(
        request,
        "events/registrations/my_registrations.html",
        {
            "ahead": mine.filter(event__ends_at__gte=now).order_by("event__starts_at")[:100],
            "past": mine.filter(event__ends_at__lt=now).order_by("-event__starts_at")[:PAGE],
        },
    )


def _registrations(request, pk):
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    require(can_see_registrations(request.user, event))
    return event, event.registrations.select_related("association").order_by("number")


@login_required
@require_safe
def registration_list(request, pk):
    """The organiser's list of who comes, who waits and who has cancelled."""
    event, rows = _registrations(request, pk)
    page = Paginator(rows.in_force(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "events/registrations/registration_list.html",
        {
            "event": event,
            "page_obj": page,
            "waiting": rows.waiting().count(),
            "cancelled": rows.count() - page.paginator.count,
        },
    )


@login_required
@require_safe
def registration_export(request, pk, kind):
    """The same list as CSV or XLSX."""
    event, rows = _registrations(request, pk)
    heading = [_("Number"), _("Name"), _("E-mail"), _("Phone number"), _("Association"), _("State"), _("Registered at")]
    lines = (
        [
            row.number,
            row.name,
            row.email,
            row.phone,
            row.association_name,
            row.get_state_display(),
            moment_text(row.created_at),
        ]
        for row in rows
    )
    return sheets.response(kind, f"ilmoittautuneet-{event.pk}", heading, lines)
