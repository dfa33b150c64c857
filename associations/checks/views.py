"""A board looks through its details; staff and coordinators follow who has answered."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.moments import moment_text
from associations.checks import answers, asking
from associations.checks.forms import RoundForm
from associations.checks.models import DetailsConfirmation, DetailsRound
from associations.checks.permissions import (
    can_close_round,
    can_confirm_details,
    can_follow_rounds,
    can_open_round,
    can_remind,
)
from associations.organisations.models import Organisation
from associations.places.models import WellbeingRegion
from associations.roles.contacts import board_of

PAGE = 25


@login_required
def details_check(request, pk):
    """Contact details and the board on one page; «Kaikki on oikein» is the answer."""
    now = timezone.now()
    seen = Organisation.objects.visible_to(request.user).select_related("union", "parent", "home_municipality")
    organisation = get_object_or_404(seen, pk=pk)
    require(can_confirm_details(request.user, organisation))
    if request.method == "POST":
        if answers.confirm_details(organisation, by=request.user, now=now):
            messages.success(
                request, _("Thank you. The details of %(name)s are checked.") % {"name": organisation.name}
            )
        else:
            messages.info(request, _("Somebody of your board has just answered. Thank you."))
        return redirect("associations:details_check", pk=pk)
    today = timezone.localtime(now).date()
    board = list(board_of(organisation, now))
    details_round = DetailsRound.objects.still_open().filter(union=organisation.union_id).first()
    answer = details_round and (
        DetailsConfirmation.objects.filter(round=details_round, organisation=organisation)
        .select_related("confirmed_by")
        .first()
    )
    return render(
        request,
        "associations/checks/details_check.html",
        {
            "organisation": organisation,
            "round": details_round,
            "answer": answer,
            "is_late": bool(details_round and not answer and details_round.is_late(now)),
            "contact": [
                (_("E-mail"), organisation.email),
                (_("Phone number"), organisation.phone),
                (_("Website"), organisation.website),
                (_("Home municipality"), organisation.home_municipality or ""),
                (_("Languages of service"), ", ".join(organisation.language_names)),
            ],
            "board": [role for role in board if role.starts_on <= today],
            "next_board": [role for role in board if role.starts_on > today],
            "has_chair": any(role.kind == "chair" and role.starts_on <= today for role in board),
        },
    )


@login_required
def details_round_list(request):
    """The rounds, newest first; staff open a new one here."""
    require(can_follow_rounds(request.user))
    now = timezone.now()
    may_open = can_open_round(request.user)
    form = RoundForm(request.POST or None, user=request.user, now=now) if may_open else None
    if request.method == "POST":
        require(may_open)
        if form.is_valid():
            try:
                opened = asking.open_round(**form.cleaned_data, by=request.user, now=now)
            except ValidationError as refusal:
                form.add_error(None, ValidationError(refusal.messages))
            else:
                messages.success(request, _("The round is open. The boards get a letter in a moment."))
                return redirect(opened)
    # Counted for the rounds of the page only, from an index.
    given = DetailsConfirmation.objects.filter(round=OuterRef("pk")).order_by().values("round")
    rounds = (
        DetailsRound.objects.visible_to(request.user)
        .select_related("union")
        .annotate(answers=Coalesce(Subquery(given.annotate(count=Count("pk")).values("count")), 0))
    )
    return render(
        request,
        "associations/checks/details_round_list.html",
        {
            "page_obj": Paginator(rounds, PAGE).get_page(request.GET.get("page")),
            "form": form,
            "today": timezone.localtime(now).date(),
        },
        status=422 if form is not None and form.is_bound else 200,
    )


def _round(request, pk):
    """A round of one's own unions; others' are not found."""
    return get_object_or_404(DetailsRound.objects.visible_to(request.user).select_related("union"), pk=pk)


class Missing:
    """Those of one's part who have not answered, narrowed by the address of the page."""

    def __init__(self, request, details_round):
        part = answers.part_of(details_round, request.user)
        self.part = part
        self.regions = list(WellbeingRegion.objects.filter(pk__in=part.values("home_municipality__wellbeing_region")))
        self.districts = list(
            Organisation.objects.active().filter(kind="district", pk__in=part.values("parent")).order_by("name_fi")
        )
        self.region = next((one for one in self.regions if one.code == request.GET.get("alue")), None)
        self.district = next((one for one in self.districts if str(one.pk) == request.GET.get("piiri")), None)
        found = part.filter(~answers.answered_in(details_round))
        if self.region:
            found = found.filter(home_municipality__wellbeing_region=self.region)
        if self.district:
            found = found.filter(parent=self.district)
        self.found = found.select_related("home_municipality__wellbeing_region", "parent").order_by("name_fi", "pk")

    def address(self, **kept):
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in kept.items() if value})
        return f"?{query.urlencode()}"

    @property
    def here(self):
        """The limits as they are, for the links of the exports."""
        return self.address(alue=self.region and self.region.code, piiri=self.district and self.district.pk)

    def chosen(self):
        """[(words, address without it)]"""
        lines = []
        if self.region:
            lines.append((self.region.short_name, self.address(piiri=self.district and self.district.pk)))
        if self.district:
            lines.append((self.district.name, self.address(alue=self.region and self.region.code)))
        return lines


@login_required
@require_safe
def details_round(request, pk):
    """How many have answered, who has not, and reminding them."""
    shown = _round(request, pk)
    now = timezone.now()
    missing = Missing(request, shown)
    asked, answered = answers.counts(missing.part, shown)
    page_obj = Paginator(missing.found, PAGE).get_page(request.GET.get("page"))
    answers.with_chairs(page_obj.object_list, now)
    last = asking.last_reminder(shown, request.user, now)
    return render(
        request,
        "associations/checks/details_round.html",
        {
            "round": shown,
            "is_late": shown.is_late(now),
            "asked": asked,
            "answered": answered,
            "waiting": asked - answered,
            "missing": missing,
            "chosen": missing.chosen(),
            "page_obj": page_obj,
            "may_remind": can_remind(request.user, shown, now),
            "may_close": can_close_round(request.user, shown),
            "last": moment_text(last) if last else "",
            "whole_union": asking.reminds_all(request.user, shown),
        },
    )


@login_required
@require_safe
def details_round_export(request, pk, kind):
    """The same list as CSV or XLSX."""
    shown = _round(request, pk)
    rows = answers.with_chairs(list(Missing(request, shown).found), timezone.now())
    heading = [
        _("Association"),
        _("Municipality"),
        _("Wellbeing region"),
        _("District"),
        _("Chair"),
        _("Chair's phone number"),
        _("Chair's e-mail"),
        _("Association's e-mail"),
        _("Association's phone number"),
    ]
    lines = ([*_line(one), one.email, one.phone] for one in rows)
    return sheets.response(kind, f"vastaamattomat-{shown.pk}", heading, lines)


def _line(one):
    home = one.home_municipality
    names, phones, emails = (
        (", ".join(filter(None, words)) for words in zip(*one.chairs, strict=True)) if one.chairs else ("",) * 3
    )
    region = home.wellbeing_region.short_name if home and home.wellbeing_region else ""
    district = one.parent.name if one.parent and one.parent.kind == "district" else ""
    return [one.name, home.name if home else "", region, district, names, phones, emails]


@login_required
@require_POST
def details_round_remind(request, pk):
    """«Muistuta vastaamattomia»: one click, at most once a day."""
    shown = _round(request, pk)
    now = timezone.now()
    waiting = answers.part_of(shown, request.user).filter(~answers.answered_in(shown)).count()
    # A second click is told when the boards were reminded; nothing was forbidden to this person.
    if may := can_remind(request.user, shown, now):
        try:
            asking.remind_part(shown, by=request.user, now=now)
        except ValidationError as refusal:
            messages.info(request, " ".join(refusal.messages))
        else:
            messages.success(
                request,
                ngettext(
                    "The board of %(count)s association gets a reminder in a moment.",
                    "The boards of %(count)s associations get a reminder in a moment.",
                    waiting,
                )
                % {"count": waiting},
            )
    else:
        messages.info(request, may.reason)
    return redirect(shown)


@login_required
@require_POST
def details_round_close(request, pk):
    """Staff end the round; reminders that have not left are not sent."""
    shown = _round(request, pk)
    require(can_close_round(request.user, shown))
    try:
        shown.close(now=timezone.now())
    except ValidationError as refusal:
        messages.info(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The round is closed. %(title)s") % {"title": shown.title})
    return redirect(shown)
