"""A person's own pages."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import sessions as places
from accounts.forms import ProfileForm
from accounts.models import User


@login_required
@never_cache
def profile(request):
    """My details (omat tiedot): name, phone and language."""
    # A copy of their own: what is typed wrong must not show as the name at the top of the page.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person.save(update_fields=form._meta.fields)
        with override(person.language):
            messages.success(request, _("Your details are saved."))
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
def security(request):
    """Logging in and security (kirjautumistavat): every way in, and where to change it."""
    kinds = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    passkeys = kinds.count(Authenticator.Type.WEBAUTHN)
    has_app = Authenticator.Type.TOTP in kinds
    has_password = request.user.has_usable_password()
    ways = [
        {
            "icon": "mail",
            "title": _("E-mail address"),
            "url": reverse("account_email"),
            "text": request.user.email,
        },
        {
            "icon": "lock",
            "title": _("Change your password") if has_password else _("Choose a password"),
            "url": reverse("account_change_password" if has_password else "account_set_password"),
            "text": _("At least 10 characters.") if has_password else _("You now log in with a code from your e-mail."),
        },
        {
            "icon": "check-circle",
            "title": _("Two-step log-in"),
            "url": reverse("mfa_index"),
            "text": _("With a second step nobody gets in with your password alone."),
            "state": "done" if has_app or passkeys else "draft",
            "label": _("In use") if has_app or passkeys else _("Not in use"),
        },
        {
            "icon": "key",
            "title": _("Passkeys"),
            "url": reverse("mfa_list_webauthn"),
            "text": _("You log in with your fingerprint, your face or the lock of your device."),
            "state": "done" if passkeys else "draft",
            "label": ngettext("%(count)s passkey", "%(count)s passkeys", passkeys) % {"count": passkeys},
        },
        {
            "icon": "globe",
            "title": _("Where you are logged in"),
            "url": reverse("accounts:sessions"),
            "text": _("See your devices, and log out of those you no longer use."),
        },
    ]
    return render(request, "accounts/security.html", {"ways": ways})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request):
    """Where I am logged in (istunnot): each device, and logging out of it from here."""
    if request.method == "POST":
        own = UserSession.objects.filter(user=request.user)
        if "others" in request.POST:
            places.end_all(request.user, besides=request.session.session_key)
            messages.success(request, _("You are now logged in only on this device."))
        else:
            one = get_object_or_404(own, pk=whole_number(request.POST.get("session")))
            # This device has a page of its own for that.
            if one.session_key == request.session.session_key:
                return redirect("account_logout")
            places.end(own.filter(pk=one.pk))
            messages.success(request, _("That device is logged out."))
        return redirect("accounts:sessions")
    return render(request, "accounts/sessions.html", {"places": places.places_of(request)})


def whole_number(text):
    """A row's number as typed, or one that no row has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0
