"""How allauth's log-in, letters and second step behave in this portal."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import translate_url
from django.utils.crypto import get_random_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts import letters

# What the button of a letter says, by where its address comes from.
BUTTONS = {
    "password_reset_url": _("Choose a new password"),
    "signup_url": _("Create an account"),
    "activate_url": _("Confirm the address"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Log-in, signing up and letters."""

    def save_user(self, request, user, form, commit=True):
        """Save a new person, who reads the language they signed up in."""
        user.name = form.cleaned_data.get("name", "")
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def pre_login(self, request, user, *, signal_kwargs=None, **words):
        """Whose address another house has answered for needs no code to it."""
        sociallogin = (signal_kwargs or {}).get("sociallogin")
        if sociallogin and getattr(sociallogin, "_did_authenticate_by_email", None):
            user.trust_email()
        return super().pre_login(request, user, signal_kwargs=signal_kwargs, **words)

    def get_login_redirect_url(self, request):
        """Their own front page, in their own language."""
        with override(request.user.language):
            return resolve_url(settings.LOGIN_REDIRECT_URL)

    def get_password_change_redirect_url(self, request):
        return resolve_url("accounts:security")

    def get_email_verification_redirect_url(self, email_address):
        if self.request.user.is_authenticated:
            return resolve_url("accounts:security")
        return super().get_email_verification_redirect_url(email_address)

    def get_reauthentication_methods(self, user):
        """The ways to show once more who one is, in this portal's words."""
        words = {
            "reauthenticate": _("With your password"),
            "mfa_reauthenticate": _("With a code from your phone app, or a backup code"),
            "mfa_reauthenticate:webauthn": _("With a passkey"),
        }
        methods = super().get_reauthentication_methods(user)
        return [way | {"description": words.get(way["id"], way["description"])} for way in methods]

    def send_account_already_exists_mail(self, email):
        """To somebody who signs up a second time; the page says and takes the same as for the first."""
        self.hash_all_the_same()
        super().send_account_already_exists_mail(email)

    def hash_all_the_same(self):
        # Hashing a new person's password takes a quarter of a second: its absence would tell who has an account.
        make_password(get_random_string(20))

    def send_mail(self, template_prefix, email, context):
        """A letter in its reader's language; somebody unknown gets it in the page's."""
        reader = context.get("user") or next(iter(filter_users_by_email(email, prefer_verified=True)), None)
        language = getattr(reader, "language", None) or get_language()
        # Before the language changes: an address is understood in the language of its page.
        links = {key: translate_url(context[key], language) for key in BUTTONS if context.get(key)}
        with override(language):
            super().send_mail(template_prefix, email, context | links)

    def render_mail(self, template_prefix, email, context, headers=None):
        """The letter as text and as HTML, both from the one text template."""
        language = get_language() or settings.LANGUAGE_CODE
        context = context | {"site_name": settings.SITE_NAME, "support_email": settings.SUPPORT_EMAIL}
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        text = letters.tidy(render_to_string(f"{template_prefix}_message.txt", context))
        buttons = {context[key]: label for key, label in BUTTONS.items() if context.get(key)}
        html = letters.as_html(text, subject=subject, code=context.get("code"), buttons=buttons, language=language)
        to = [email] if isinstance(email, str) else email
        message = EmailMultiAlternatives(subject, text, self.get_from_email(), to, headers=headers)
        message.attach_alternative(html, "text/html")
        return message


class MFAAdapter(DefaultMFAAdapter):
    """The second step: secrets are enciphered at rest, and the phone shows the portal's own name."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is wrong or has expired. Check the newest code and try again."),
    }

    def _get_site_name(self):
        return settings.SITE_NAME

    @staticmethod
    def _cipher():
        secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        digests = [hashlib.sha256(b"accounts.mfa:" + secret.encode()).digest() for secret in secrets]
        return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])

    def encrypt(self, text):
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return self._cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as fault:
            # SECRET_KEY was changed without SECRET_KEY_FALLBACKS: say so, instead of "wrong code" for ever.
            raise ValidationError(_("Your second step must be set up again. Please contact our office.")) from fault
