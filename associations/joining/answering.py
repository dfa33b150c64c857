"""The landing page of an invitation's link. It works without logging in, and looking changes nothing."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from advocacy_portal.lib.moments import day_text
from associations.joining import inviting
from associations.joining.forms import NewAccountForm
from associations.joining.models import Invitation

GONE, NOT_FOUND, CONFLICT, UNPROCESSABLE = 410, 404, 409, 422


def _closed(request, found, now):
    """The page of a link that opens nothing; None for one that does."""
    if found is None:
        return render(request, "associations/joining/link_closed.html", {"why": "forged"}, status=NOT_FOUND)
    if why := inviting.why_closed(found, now):
        context = {"why": why, "invitation": found, "organisation": found.organisation}
        return render(request, "associations/joining/link_closed.html", context, status=GONE)
    return None


@never_cache
def invitation(request, token):
    """What one is invited to; a yes comes only by POST, for mail programs open links by themselves."""
    now = timezone.now()
    found = Invitation.objects.by_link(token)
    if closed := _closed(request, found, now):
        return closed
    if request.user.is_authenticated:
        return _for_account(request, found, token, now)
    _user, is_owned = inviting.account_of(found.email)
    if is_owned:
        if request.method == "POST":
            return redirect_to_login(request.path)
        return _page(request, found, token, has_account=True)
    return _for_newcomer(request, found, token, now)


def _page(request, found, token, status=200, **more):
    context = {
        "invitation": found,
        "organisation": found.organisation,
        "regions": found.regions.all(),
        "decline_url": reverse("associations:invitation_decline", args=[token]),
        "here": request.path,
    }
    return render(request, "associations/joining/invitation.html", context | more, status=status)


def _for_account(request, found, token, now):
    """One click for who is logged in, who is told clearly when the account is another one than was written to."""
    owner, is_owned = inviting.account_of(found.email)
    is_same = request.user.email == found.email or is_owned and owner == request.user
    if request.method != "POST":
        return _page(request, found, token, is_same=is_same)
    if request.POST.get("account") != str(request.user.pk):
        messages.warning(request, _("You have logged in with another account meanwhile. Check the account first."))
        return _page(request, found, token, status=CONFLICT, is_same=is_same)
    try:
        role = inviting.accept(token, person=request.user, now=now)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(request.path)
    _welcome(request, role, now)
    return redirect("home:dashboard")


def _for_newcomer(request, found, token, now):
    """The account is made right here: the link has shown whose the address is."""
    form = NewAccountForm(request.POST or None, email=found.email, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"language": get_language()}
        try:
            role = inviting.accept(token, new_person=lambda row: inviting.make_account(row, **data), now=now)
        except ValidationError as refusal:
            # Answered meanwhile: the page that opens now says what to do.
            messages.error(request, refusal.messages[0])
            return redirect(request.path)
        _welcome(request, role, now)
        record_authentication(request, role.person, method="password", email=role.person.email)
        return perform_login(request, role.person, redirect_url=reverse("home:dashboard"))
    return _page(request, found, token, form=form, status=UNPROCESSABLE if form.errors else 200)


def _welcome(request, role, now):
    words = {"role": role.get_kind_display(), "organisation": role.organisation.name}
    if role.begins_later(timezone.localtime(now).date()):
        words["day"] = day_text(role.starts_on, weekday=False)
        messages.success(request, _("Thank you. Your role begins %(day)s: %(role)s, %(organisation)s.") % words)
    else:
        messages.success(request, _("Welcome. Your role is now: %(role)s, %(organisation)s.") % words)


@never_cache
def invitation_decline(request, token):
    """Say no: asked once, then told how to change one's mind."""
    now = timezone.now()
    found = Invitation.objects.by_link(token)
    if closed := _closed(request, found, now):
        return closed
    context = {"invitation": found, "organisation": found.organisation, "back": found.get_link()}
    if request.method == "POST":
        try:
            inviting.decline(token, now=now)
        except ValidationError as refusal:
            messages.info(request, refusal.messages[0])
            return redirect(found.get_link())
        return render(request, "associations/joining/declined.html", context)
    return render(request, "associations/joining/invitation_decline.html", context)
