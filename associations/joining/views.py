"""The page of an organisation's people; entering, inviting, asking to join and answering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from advocacy_portal.lib import sheets
from advocacy_portal.lib.access import require
from advocacy_portal.lib.moments import day_text
from associations.joining import asking, inviting
from associations.joining.forms import EnterForm, JoinForm, RefuseForm
from associations.joining.models import Invitation, JoinRequest
from associations.joining.people import line_of, members_of, people_of
from associations.joining.permissions import (
    can_answer_join_request,
    can_ask_to_join,
    can_change_invitation,
    can_withdraw_join_request,
)
from associations.organisations.models import Organisation
from associations.roles.forms import usual_term
from associations.roles.models import Role
from associations.roles.permissions import can_manage_people, can_see_members, can_see_people, kinds_given_by

PAGE = 50


def _organisation(request, pk):
    return get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)


@login_required
@require_safe
@never_cache
def people(request, pk):
    """Who does what in an organisation: now, later and before; who is invited and who asks to join."""
    organisation = _organisation(request, pk)
    require(can_see_people(request.user, organisation))
    now = timezone.now()
    today = timezone.localtime(now).date()
    shown = people_of(organisation, request.user, today=today, now=now)
    page_obj = None
    if shown.sees_members:
        page_obj = Paginator(members_of(organisation, request.user, today=today), PAGE).get_page(
            request.GET.get("page")
        )
        kinds = kinds_given_by(request.user, organisation)
        page_obj.object_list = [line_of(role, request.user, kinds, today) for role in page_obj.object_list]
    context = {"organisation": organisation, "people": shown, "page_obj": page_obj, "today": today, "now": now}
    return render(request, "associations/joining/people.html", context)


@login_required
@require_safe
def people_export(request, pk, kind):
    """Everybody who serves now or has been chosen, as a file, for those who see the members too."""
    organisation = _organisation(request, pk)
    require(can_see_people(request.user, organisation))
    require(can_see_members(request.user, organisation))
    roles = (
        Role.objects.visible_to(request.user)
        .filter(organisation=organisation)
        .exclude(ends_on__lt=timezone.localdate())
        .select_related("person")
        .by_rank()
    )
    heading = [_("Name"), _("Role"), _("From"), _("To"), _("E-mail"), _("Phone number")]
    lines = (
        [
            role.person.name,
            role.get_kind_display(),
            date_format(role.starts_on),
            date_format(role.ends_on) if role.ends_on else "",
            role.person.email,
            role.person.phone,
        ]
        for role in roles
    )
    return sheets.response(kind, f"ihmiset-{organisation.pk}", heading, lines)


@login_required
@never_cache
def role_enter(request, pk):
    """Enter a person's role: at once for who is listed here already, by an invitation for everybody else."""
    organisation = _organisation(request, pk)
    require(can_manage_people(request.user, organisation))
    kinds = kinds_given_by(request.user, organisation)
    goes_on = _who_goes_on(request, organisation)
    form = EnterForm(request.POST or None, organisation=organisation, kinds=kinds, initial=_known(goes_on))
    if request.method == "POST" and form.is_valid():
        try:
            outcome = inviting.enter(
                by=request.user, organisation=organisation, now=timezone.now(), **form.cleaned_data
            )
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            _tell_entered(request, outcome)
            return redirect("associations:people", pk=pk)
    context = {"organisation": organisation, "form": form, "goes_on": goes_on}
    return render(request, "associations/joining/role_enter.html", context, status=422 if form.errors else 200)


def _who_goes_on(request, organisation):
    """The role whose bearer goes on next year (``?jatkaa=``), when this reader may know of it."""
    pk = request.GET.get("jatkaa", "")
    if not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        return None
    roles = Role.objects.visible_to(request.user).filter(organisation=organisation)
    # Whoever has left is on the page without an address; the form tells none either.
    roles = roles.exclude(ends_on__lt=timezone.localdate())
    return roles.select_related("person").filter(pk=pk).first()


def _known(role):
    """What the form knows beforehand of who goes on: the same role for the usual term."""
    if role is None:
        return {}
    first, last = usual_term(timezone.localdate())
    person = {"name": role.person.name, "email": role.person.email, "language": role.person.language}
    return person | {"kind": role.kind, "starts_on": first, "ends_on": last}


def _tell_entered(request, outcome):
    if outcome.role:
        words = _("The role of %(name)s is entered. It begins and ends by itself.")
        messages.success(request, words % {"name": outcome.role.person})
    else:
        words = _("The invitation to %(name)s is on its way. The link works until %(day)s.")
        day = day_text(outcome.invitation.expires_at, weekday=False)
        messages.success(request, words % {"name": outcome.invitation.addressee, "day": day})


# --- Invitations that wait ----------------------------------------------------------------------


def _invitation(request, pk):
    rows = Invitation.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


def _change_invitation(request, pk, change, done):
    """Do it when one may; what was answered meanwhile is told, not refused."""
    invitation = _invitation(request, pk)
    require(can_manage_people(request.user, invitation.organisation))
    if invitation.is_waiting:
        require(can_change_invitation(request.user, invitation))
    try:
        change(invitation, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, done % {"name": invitation.addressee})
    return redirect("associations:people", pk=invitation.organisation_id)


@login_required
@require_POST
def invitation_resend(request, pk):
    """A new letter with a new link."""
    return _change_invitation(request, pk, inviting.send_again, _("A new invitation to %(name)s is on its way."))


@login_required
@require_POST
def invitation_withdraw(request, pk):
    """The link works no more."""
    return _change_invitation(request, pk, inviting.withdraw, _("The invitation to %(name)s is withdrawn."))


# --- Asking to join -----------------------------------------------------------------------------


@login_required
@never_cache
def join(request, pk):
    """Ask an association to let one in; who has asked sees the request and can take it back."""
    organisation = _organisation(request, pk)
    own = JoinRequest.objects.filter(person=request.user, organisation=organisation).waiting().first()
    if not own or request.method == "POST":
        require(can_ask_to_join(request.user, organisation))
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asking.ask(person=request.user, organisation=organisation, now=timezone.now(), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("Your request is sent. We write to you when the association has answered."))
            return redirect("associations:join", pk=pk)
    context = {"organisation": organisation, "form": form, "own": own}
    return render(request, "associations/joining/join.html", context, status=422 if form.errors else 200)


def _join_request(request, pk):
    rows = JoinRequest.objects.visible_to(request.user).select_related("organisation", "person")
    return get_object_or_404(rows, pk=pk)


def _answered_already(request, join_request):
    """Of two who answer at the same time, the later is told so; True when there is nothing left to answer."""
    if join_request.is_waiting or not can_manage_people(request.user, join_request.organisation):
        return False
    messages.info(request, _("Somebody has answered this request already."))
    return True


@login_required
@require_POST
def join_approve(request, pk):
    """Let somebody in: the role begins today."""
    asked = _join_request(request, pk)
    if not _answered_already(request, asked):
        require(can_answer_join_request(request.user, asked))
        try:
            asking.approve(asked, by=request.user, now=timezone.now())
        except ValidationError as refusal:
            messages.info(request, refusal.messages[0])
        else:
            words = _("%(name)s is let in: %(role)s from today on.")
            messages.success(request, words % {"name": asked.person, "role": asked.get_kind_display()})
    return redirect("associations:people", pk=asked.organisation_id)


@login_required
@never_cache
def join_refuse(request, pk):
    """Say no, with the reason that is sent to who asked."""
    asked = _join_request(request, pk)
    if _answered_already(request, asked):
        return redirect("associations:people", pk=asked.organisation_id)
    require(can_answer_join_request(request.user, asked))
    form = RefuseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asking.refuse(asked, by=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        except ValidationError as refusal:
            messages.info(request, refusal.messages[0])
        else:
            messages.success(
                request, _("The request is refused. The reason goes to %(name)s.") % {"name": asked.person}
            )
        return redirect("associations:people", pk=asked.organisation_id)
    context = {"asked": asked, "organisation": asked.organisation, "form": form}
    return render(request, "associations/joining/join_refuse.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def join_withdraw(request, pk):
    """Take one's own request back."""
    asked = _join_request(request, pk)
    require(can_withdraw_join_request(request.user, asked))
    try:
        asking.withdraw(asked, now=timezone.now())
    except ValidationError as refusal:
        messages.info(request, refusal.messages[0])
    else:
        messages.success(request, _("Your request is taken back."))
    return redirect(asked.organisation)
