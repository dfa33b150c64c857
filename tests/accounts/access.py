"""What each role gets at the addresses of logging in."""

from tests.world import ROLES

EVERYBODY = tuple(ROLES)


def row(visitor, person, *, method="get", args=None):
    return {"method": method, "args": args} | dict.fromkeys(EVERYBODY, person) | {"visitor": visitor}


# allauth leads whom a page does not concern elsewhere: a redirect counts as OK, one to the log-in page as LOGIN.
ROWS = {
    "accounts:profile": row("LOGIN", "OK"),
    "accounts:security": row("LOGIN", "OK"),
    "accounts:sessions": row("LOGIN", "OK"),
    "socialaccount_login_cancelled": row("OK", "OK"),
    # The tests' portal knows no other house's log-in service.
    "openid_connect_login": row("GONE", "GONE", method="post", args=lambda world: ["liitto"]),
    "openid_connect_callback": row("GONE", "GONE", args=lambda world: ["liitto"]),
    "account_login": row("OK", "OK"),
    "account_request_login_code": row("OK", "OK"),
    "account_signup": row("OK", "OK"),
    "account_logout": row("OK", "OK"),
    "account_inactive": row("OK", "OK"),
    # Nobody has begun to log in: back to the beginning.
    "account_confirm_login_code": row("LOGIN", "OK"),
    "mfa_authenticate": row("LOGIN", "OK"),
    "mfa_login_webauthn": row("LOGIN", "OK"),
    "account_email_verification_sent": row("LOGIN", "OK"),
    "account_reauthenticate": row("LOGIN", "NO"),
    "mfa_reauthenticate": row("LOGIN", "NO"),
    "mfa_reauthenticate_webauthn": row("LOGIN", "NO"),
    "account_email": row("LOGIN", "OK"),
    # The cast has no passwords, so they are led to choosing one.
    "account_change_password": row("LOGIN", "OK"),
    "account_set_password": row("LOGIN", "OK"),
    "account_reset_password": row("OK", "OK"),
    "account_reset_password_done": row("OK", "OK"),
    "account_reset_password_from_key_done": row("OK", "OK"),
    "account_reset_password_from_key": row("410", "410", args=lambda world: ["1", "forged-key"]),
    "mfa_index": row("LOGIN", "OK"),
    "mfa_activate_totp": row("LOGIN", "OK"),
    "mfa_deactivate_totp": row("LOGIN", "GONE"),
    "mfa_view_recovery_codes": row("LOGIN", "GONE"),
    "mfa_generate_recovery_codes": row("LOGIN", "OK"),
    "mfa_download_recovery_codes": row("LOGIN", "GONE"),
    "mfa_list_webauthn": row("LOGIN", "OK"),
    "mfa_add_webauthn": row("LOGIN", "OK"),
    "mfa_edit_webauthn": row("LOGIN", "GONE", args=lambda world: [1]),
    "mfa_remove_webauthn": row("LOGIN", "GONE", args=lambda world: [1]),
}
