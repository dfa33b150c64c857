"""The calendar of events, and the pages on which staff arrange them."""

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.shelf import kept_for_visitors
from events.calendar.doors import log_in_to_see
from events.calendar.forms import CancelForm, EventForm, SearchForm
from events.calendar.ics import CONTENT_TYPE, calendar_file
from events.calendar.models import Event
from events.calendar.permissions import (
    can_cancel_event,
    can_create_events,
    can_edit_event,
    can_publish_event,
    can_see_registrations,
)
from events.registrations import telling
from events.registrations.models import Registration
from events.registrations.permissions import can_cancel_registration, can_register

PAGE = 25
# Counting stops here: nobody leafs further, and the count must not grow with the table.
MOST_COUNTED = 500
MOST_IN_A_FILE = 1000


@kept_for_visitors
@require_safe
def event_list(request):
    """Events ahead by date, narrowed by the words in the address."""
    now = timezone.now()
    search = SearchForm(request.GET)
    events = search.narrow(Event.objects.visible_to(request.user).exclude(state=Event.State.DRAFT).upcoming(now))
    paginator = Paginator(events, PAGE)
    paginator.count = events[:MOST_COUNTED].count()
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "search": search,
        "page_obj": page,
        "is_counted": paginator.count < MOST_COUNTED,
        "chosen": _removable(request, search),
        "now": now,
    }
    return render(request, "events/calendar/event_list.html", context)


def _removable(request, form):
    """The chosen filters with the address that each one's removal leads to."""
    chosen = []
    for name, words in form.chosen():
        rest = request.GET.copy()
        rest.pop(name, None)
        rest.pop("page", None)
        chosen.append({"words": words, "url": f"{request.path}?{rest.urlencode()}"})
    return chosen


@kept_for_visitors
@require_safe
@log_in_to_see
def event(request, pk):
    """One event: what, for whom, when, where, and whether there is room."""
    now = timezone.now()
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("organiser", "municipality"), pk=pk)
    mine = None
    if request.user.is_authenticated:
        mine = Registration.objects.of_person(request.user).in_force().filter(event=event).first()
        if mine:
            mine.event = event
    return render(
        request,
        "events/calendar/event.html",
        {
            "event": event,
            "now": now,
            "mine": mine,
            "may_register": can_register(event, now),
            "may_cancel_mine": bool(mine and can_cancel_registration(mine, now)),
            "may_edit": bool(can_edit_event(request.user, event)),
            "may_publish": bool(can_publish_event(request.user, event)),
            "may_cancel": bool(can_cancel_event(request.user, event)),
            "may_see_registrations": bool(can_see_registrations(request.user, event)),
        },
    )


@kept_for_visitors
@require_safe
@log_in_to_see
def event_calendar(request, pk):
    """The event as a calendar file, without the remote link."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    return _file(calendar_file([event], language=get_language()), f"tapahtuma-{event.pk}.ics")


@require_safe
def calendar_feed(request):
    """The events of a search as a calendar file; a visitor's file tells what a visitor sees."""
    events = Event.objects.visible_to(request.user).exclude(state=Event.State.DRAFT).upcoming(timezone.now())
    events = SearchForm(request.GET).narrow(events)[:MOST_IN_A_FILE]
    return _file(calendar_file(events, name=_("Events"), language=get_language()), "tapahtumat.ics")


def _file(content, name):
    return HttpResponse(
        content, content_type=CONTENT_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@login_required
@require_safe
def event_manage(request):
    """All events of one's office, drafts first."""
    require(can_create_events(request.user))
    now = timezone.now()
    events = Event.objects.run_by(request.user).select_related("organiser")
    past = _asks_past(request)
    rows = events.filter(ends_at__lt=now).order_by("-starts_at") if past else events.upcoming(now)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "events/calendar/event_manage.html", {"page_obj": page, "past": past, "now": now})


@login_required
@require_safe
def event_export(request, kind):
    """The office's own events as a file: those ahead, or with ``menneet=1`` those that were."""
    require(can_create_events(request.user))
    now = timezone.now()
    events = Event.objects.run_by(request.user).select_related("organiser", "municipality")
    rows = events.filter(ends_at__lt=now).order_by("-starts_at") if _asks_past(request) else events.upcoming(now)
    heading = [
        _("Title"), _("Kind"), _("State"), _("Starts"), _("Ends"), _("Municipality"), _("Places"), _("Registered"),
        _("Organiser"),
    ]  # fmt: skip
    lines = (
        [
            event.title, event.get_kind_display(), event.get_state_display(),
            date_format(timezone.localtime(event.starts_at), "SHORT_DATETIME_FORMAT"),
            date_format(timezone.localtime(event.ends_at), "SHORT_DATETIME_FORMAT"),
            str(event.municipality or ""), event.capacity, event.seats_taken, str(event.organiser),
        ]
        for event in rows[:MOST_IN_A_FILE]
    )  # fmt: skip
    return sheets.response(kind, "tapahtumamme", heading, lines)


def _asks_past(request):
    return request.GET.get("menneet") == "1"


@login_required
def event_create(request):
    """Describe a new event; it is saved as a draft, or published at once."""
    require(can_create_events(request.user))
    source = request.GET.get("kopio", "")
    draft = Event()
    initial_regions = []
    if source.isdecimal() and len(source) < 19:
        original = get_object_or_404(Event.objects.run_by(request.user), pk=source)
        draft = original.copy(now=timezone.now())
        initial_regions = list(original.regions.values_list("pk", flat=True))
    form = EventForm(request.POST or None, instance=draft, user=request.user, initial={"regions": initial_regions})
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                event = form.save()
                if "publish" in request.POST:
                    event.publish(now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            if event.is_draft:
                messages.success(request, _("The draft is saved. Only the staff see it until you publish it."))
            else:
                messages.success(request, _("The event is published."))
            return redirect(event)
    context = {"form": form, "is_copy": bool(source)}
    return render(request, "events/calendar/event_edit.html", context, status=422 if form.errors else 200)


@login_required
def event_edit(request, pk):
    """Change an event. Whoever has registered is told when its time or place changes."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    require(can_edit_event(request.user, event))
    # A copy: while the form is refused, the page still names the event as it is.
    form = EventForm(request.POST or None, instance=copy(event), user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            told = telling.save_changes(form, now=timezone.now())
        except telling.ChangedMeanwhile as refusal:
            form.show_saved(refusal.saved)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The changes are saved."))
            if told:
                messages.info(request, _written_to(told))
            return redirect(event)
    context = {"form": form, "event": event}
    return render(request, "events/calendar/event_edit.html", context, status=422 if form.errors else 200)


def _written_to(count):
    """How many of the registered are told, in words."""
    words = ngettext("We write to %(count)s person.", "We write to %(count)s people.", count)
    return words % {"count": count}


@login_required
@require_POST
def event_publish(request, pk):
    """Announce a draft."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    require(can_publish_event(request.user, event))
    try:
        event.publish(now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("The event is published."))
    return redirect(event)


@login_required
def event_cancel(request, pk):
    """Call an event off, with a reason that the registered get in their letter."""
    event = get_object_or_404(Event.objects.visible_to(request.user), pk=pk)
    require(can_cancel_event(request.user, event))
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = telling.call_off(event, reason=form.cleaned_data["reason"], now=timezone.now())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The event is cancelled."))
            if told:
                messages.info(request, _written_to(told))
            return redirect(event)
    count = event.registrations.in_force().count()
    context = {"form": form, "event": event, "count": count}
    return render(request, "events/calendar/event_cancel.html", context, status=422 if form.errors else 200)
