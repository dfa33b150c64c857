"""Passkey forms that survive a forged answer: allauth's own pass the library's faults on as a server error."""

import struct

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms

# What fido2 raises for answers that no browser makes: parts missing, of another kind, cut short.
GARBLED = (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error)


class Unforged:
    """Says "the passkey did not work" to what is no answer of a browser."""

    def clean_credential(self):
        inherited = getattr(super(), "clean_credential", None)
        try:
            return inherited() if inherited else self.cleaned_data["credential"]
        except GARBLED as fault:
            raise get_adapter().validation_error("incorrect_code") from fault

    def clean(self):
        try:
            return super().clean()
        except GARBLED as fault:
            raise get_adapter().validation_error("incorrect_code") from fault


class AddPasskeyForm(Unforged, forms.AddWebAuthnForm):
    pass


class AuthenticateForm(Unforged, forms.AuthenticateWebAuthnForm):
    pass


class LoginForm(Unforged, forms.LoginWebAuthnForm):
    pass


class ReauthenticateForm(Unforged, forms.ReauthenticateWebAuthnForm):
    pass
