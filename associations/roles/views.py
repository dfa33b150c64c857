"""Correcting, ending and removing roles."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from advocacy_portal.lib.access import require
from advocacy_portal.lib.moments import day_text
from associations.roles.chairs import leaves_without_chair
from associations.roles.forms import EndRoleForm, RoleTermForm
from associations.roles.models import Role
from associations.roles.permissions import can_change_role, can_end_role, can_remove_role


def _role(request, organisation, pk):
    """A role this person may know of; another's is not found."""
    roles = Role.objects.visible_to(request.user).select_related("organisation", "person")
    return get_object_or_404(roles, pk=pk, organisation=organisation)


def _page(request, template, role, form=None, **more):
    context = {"role": role, "organisation": role.organisation, "form": form}
    context["is_own"] = role.person_id == request.user.pk
    status = 422 if form is not None and form.errors else 200
    return render(request, f"associations/roles/{template}.html", context | more, status=status)


@login_required
@never_cache
def role_edit(request, organisation, pk):
    """Correct the days of a role, and a coordinator's regions."""
    role = _role(request, organisation, pk)
    require(can_change_role(request.user, role))
    form = RoleTermForm(request.POST or None, role=role)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if _comes_back(request.user, role, data["ends_on"]):
                raise ValidationError(
                    _("This role has ended. Invite the person again, so that they can say yes themselves.")
                )
            with transaction.atomic():
                role.correct(starts_on=data["starts_on"], ends_on=data["ends_on"])
                if "regions" in data:
                    role.regions.set(data["regions"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The role of %(name)s is corrected.") % {"name": role.person})
            return redirect("associations:people", pk=organisation)
    return _page(request, "role_edit", role, form, last_chair=leaves_without_chair(role))


def _comes_back(user, role, ends_on):
    """Whether these days would bring back somebody who has left, whose number and address are no longer ours to see."""
    today = timezone.localdate()
    if role.person_id == user.pk or not role.has_ended(today) or ends_on and ends_on < today:
        return False
    others = Role.objects.filter(person=role.person_id, organisation=role.organisation_id).exclude(ends_on__lt=today)
    return not others.exists()


@login_required
@never_cache
def role_end(request, organisation, pk):
    """End a role on a day, or at once: then the very next request is refused."""
    role = _role(request, organisation, pk)
    require(can_end_role(request.user, role))
    form = EndRoleForm(request.POST or None, role=role)
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["last_day"]
        try:
            if last_day < role.starts_on:
                role.remove(today=timezone.localdate())
            else:
                role.end(last_day=last_day)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return _ended(request, role, last_day)
    return _page(request, "role_end", role, form, last_chair=leaves_without_chair(role))


def _ended(request, role, last_day):
    today = timezone.localdate()
    name = role.person
    if last_day < today:
        messages.success(request, _("The role of %(name)s has ended.") % {"name": name})
    else:
        words = _("The role of %(name)s ends when %(day)s is over.")
        messages.success(request, words % {"name": name, "day": day_text(last_day, weekday=False)})
    if leaves_without_chair(role, from_day=last_day + datetime.timedelta(days=1)):
        messages.warning(request, _("There is no chair after that. Enter the next chair."))
    if role.person_id == request.user.pk:
        return redirect("home:dashboard")
    return redirect("associations:people", pk=role.organisation_id)


@login_required
@never_cache
def role_remove(request, organisation, pk):
    """Take away a role that was entered by mistake. Asked once: it leaves no history on the page."""
    role = _role(request, organisation, pk)
    require(can_remove_role(request.user, role))
    if request.method == "POST":
        try:
            role.remove(today=timezone.localdate())
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("The role is removed."))
        return redirect("associations:people", pk=organisation)
    return _page(request, "role_remove", role, last_chair=leaves_without_chair(role))
