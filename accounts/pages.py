"""allauth's pages as this portal mounts them: plain fields, and a failed form answers 422."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, HiddenInput
from django.utils.translation import gettext_lazy as _

ADDRESS = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
DIGITS = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
ATTRIBUTES = {"login": ADDRESS | {"autocomplete": "username"}, "email": ADDRESS, "code": DIGITS}
HINTS = {
    # allauth puts a link here; the page has it where one looks for it.
    "password": "",
    "password1": _("At least 10 characters. Several words in a row are easy to remember and hard to guess."),
}


def dress(form):
    """Labels instead of placeholders, the right keyboard on a phone, one short hint."""
    for name, field in form.fields.items():
        # A placeholder vanishes as soon as one types, and readers of the screen may not hear it.
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs.update(ATTRIBUTES.get(name, {}))
        field.help_text = HINTS.get(name, field.help_text)
    if "passwordless" in form.fields:
        # Every key added here is a passkey: two kinds of key are one too many to explain.
        form.fields["passwordless"].widget = HiddenInput()
        form.fields["passwordless"].initial = True
        form.fields["name"].label = _("Name, so that you know it later")
    # A form that was checked has made its fields for the page already, in their old clothes.
    form._bound_fields_cache.clear()


def dressed(view):
    """The same view in the portal's clothes."""

    @wraps(view)
    def page(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except PermissionDenied as refusal:
            # allauth's reasons are for programmers and in English; the page shows ours.
            raise PermissionDenied(_("This page does not belong to the ways you log in with.")) from refusal
        context = getattr(response, "context_data", None) or {}
        forms = [value for value in context.values() if isinstance(value, BaseForm)]
        for form in forms:
            dress(form)
        if request.method == "POST" and response.status_code == 200 and any(form.errors for form in forms):
            response.status_code = 422
        elif context.get("token_fail"):
            response.status_code = 410
        return response

    return page
