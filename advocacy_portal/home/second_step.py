"""Whose roles open more than their own association's matters log in with two steps.

A person who holds such a role and has no second step yet is led to setting one up before anything else.
What the second step is asked for at log-in itself is allauth's work; here is only who must have one.
"""

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ImproperlyConfigured
from django.dispatch import receiver
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.openid import came_with_second_step
from associations.roles.models import Role
from associations.roles.standing import standing_of

# In the session: this person's second step has been seen to be there.
SESSION_KEY = "second_step"
KINDS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Where one sets the step up, and what stays open to everybody meanwhile.
OPEN_PAGES = {
    "home:second_step", "home:help", "home:accessibility", "home:privacy", "livez", "readyz",
    "accounts:profile", "account_logout", "admin:logout", "admin:jsi18n",
    "account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn",
    "account_email", "account_email_verification_sent",
    "mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_add_webauthn",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
}  # fmt: skip


def roles_that_need_it(user):
    """The kinds of this person's roles of today that ask for a second step."""
    kinds = {seat.kind for seat in standing_of(user).seats}
    if standing_of(user).is_administrator or user.is_staff:
        kinds.add(Role.Kind.ADMINISTRATOR)
    return kinds & set(settings.SECOND_FACTOR_ROLES)


def has_second_step(request):
    """Set up here, or asked for by the house whose account one came with."""
    return came_with_second_step(request) or Authenticator.objects.filter(user=request.user, type__in=KINDS).exists()


def must_set_up(request):
    """Is this person to set up a second step before anything else?

    Who has passed is remembered in the session and costs nothing; the standing is asked by the page anyway.
    """
    if not settings.SECOND_FACTOR_ROLES or not request.user.is_authenticated:
        return False
    if request.session.get(SESSION_KEY) == request.user.pk or not roles_that_need_it(request.user):
        return False
    if not has_second_step(request):
        return True
    request.session[SESSION_KEY] = request.user.pk
    return False


@receiver(authenticator_removed, dispatch_uid="second_step_removed")
def look_again(sender, request, **kwargs):
    """Who takes the step out of use is asked again."""
    request.session.pop(SESSION_KEY, None)


class SecondStepMiddleware:
    """Lead to the setting up, from pages and from forms alike; the administration site is behind it, too."""

    def __init__(self, get_response):
        self.get_response = get_response
        if unknown := set(settings.SECOND_FACTOR_ROLES) - set(Role.Kind.values):
            raise ImproperlyConfigured(f"SECOND_FACTOR_ROLES knows no role {', '.join(sorted(unknown))}.")

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in OPEN_PAGES or not must_set_up(request):
            return None
        address = reverse("home:second_step")
        if getattr(request, "htmx", False):
            # A part of a page cannot show the whole of another.
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        if request.method == "POST":
            messages.warning(request, _("What you sent was not saved. Set up the second step first."))
        return redirect(address)


@login_required
@never_cache
@require_safe
def second_step(request):
    """Why a second step is asked, and the two ways to set it up."""
    if not must_set_up(request):
        return redirect("home:dashboard")
    names = dict(Role.Kind.choices)
    roles = [str(names[kind]) for kind in Role.Kind.values if kind in roles_that_need_it(request.user)]
    return render(request, "home/second_step.html", {"roles": roles})
