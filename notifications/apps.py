from django.apps import AppConfig
from django.core.checks import Warning as Notice
from django.core.checks import register


class NotificationsConfig(AppConfig):
    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        register(_relay_speaks_smtp)


def _relay_speaks_smtp(app_configs, **kwargs):
    """Letters go out over SMTP only; another EMAIL_URL would be passed over in silence."""
    from django.conf import settings

    relay = getattr(settings, "EMAIL_RELAY_BACKEND", "")
    if relay and not relay.endswith("smtp.EmailBackend"):
        return [Notice("EMAIL_URL names no SMTP server; letters go to localhost:25.", id="notifications.W001")]
    return []
