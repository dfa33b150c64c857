"""The portal's settings: one file, fed by the environment (docs/running.md lists the names)."""

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import environ
import pghistory
import pgtrigger
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
# The embedded servers are for people's own machines; production names its servers.
EMBEDDED = env.bool("EMBEDDED", default=DEBUG)
LOCAL_DIR = Path(env("LOCAL_DIR", default=str(BASE_DIR / ".local")))


def required(name, why):
    value = env(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment: {why}")
    return value


def redis_database(url, number):
    """The same Redis server, another of its numbered databases."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        # urlunsplit would drop the two slashes of a scheme it does not know.
        return f"unix://{parts.path}?db={number}"
    return urlunsplit(parts._replace(path=f"/{number}"))


# --- Who we are ------------------------------------------------------------------------------
if DEBUG:
    SECRET_KEY = env("SECRET_KEY", default="only-for-development-and-never-on-a-server-0123456789")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
else:
    SECRET_KEY = required("SECRET_KEY", "a long random text that signs sessions and links.")
    hosts = required("ALLOWED_HOSTS", "the host names the portal answers to.").split(",")
    ALLOWED_HOSTS = [host.strip() for host in hosts if host.strip()]
PORT = env.int("PORT", default=8000)
# Letters are written by workers that see no request; they take the address of links from here.
# An empty name is as good as none: that is how compose passes on what .env leaves out.
SITE_URL = (
    env("SITE_URL", default="") or (f"http://localhost:{PORT}" if DEBUG else f"https://{ALLOWED_HOSTS[0]}")
).rstrip("/")
SITE_NAME = env("SITE_NAME", default="Vaikuttamisen portaali")
SUPPORT_EMAIL = env("SUPPORT_EMAIL", default="tuki@example.org")
SUPPORT_PHONE = env("SUPPORT_PHONE", default="")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

INSTALLED_APPS = [
    "advocacy_portal",
    "accounts",
    "notifications",
    "associations",
    "campaigns",
    "events",
    "materials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "pgtrigger",
    "pghistory",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "django_structlog",
]

MIDDLEWARE = [
    "advocacy_portal.lib.requests.AnswerLivez",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a fifth; Django pads them at random against guessing of secrets by size (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "advocacy_portal.lib.requests.RefuseOtherMethods",
    "advocacy_portal.lib.requests.RefuseMalformedInput",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "advocacy_portal.lib.requests.KeepNoCopies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "advocacy_portal.home.second_step.SecondStepMiddleware",
    "advocacy_portal.lib.history.HistoryMiddleware",
]

if DEBUG:
    MIDDLEWARE.append("advocacy_portal.home.errors.OwnNotFoundPage")

ROOT_URLCONF = "advocacy_portal.urls"
WSGI_APPLICATION = "advocacy_portal.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "advocacy_portal.home.context.page_frame",
            ],
            "builtins": ["advocacy_portal.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = not DEBUG

# --- Database --------------------------------------------------------------------------------
if env("DATABASE_URL", default=""):
    DATABASE_URL = env("DATABASE_URL")
elif EMBEDDED:
    from advocacy_portal.lib import embedded

    DATABASE_URL = embedded.postgres_url(LOCAL_DIR)
else:
    DATABASE_URL = required("DATABASE_URL", "the PostgreSQL server, as postgres://user:password@host/database.")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL server.")
# A unix socket's folder stands percent-encoded where a host would.
DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    # A list of choices by a cursor of the server costs three round trips instead of one.
    "DISABLE_SERVER_SIDE_CURSORS": True,
    "OPTIONS": {
        # A page or task that waits longer has gone wrong; it must not hold others up.
        "options": "-c lock_timeout=10s -c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who changed what: written by triggers of the database (docs/decisions/0003) -------------------
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
# One row tells all: no table of contexts to join.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()
PGHISTORY_LEVEL = pgtrigger.Statement
# The moment of the change itself, so that several changes of one transaction keep their order.
PGHISTORY_CREATED_AT_FUNCTION = "CLOCK_TIMESTAMP()"

# --- Redis: the broker must never forget, the cache may ----------------------------------------
REDIS_URL = env("REDIS_URL", default="")
if env("BROKER_URL", default="") and env("CACHE_URL", default=""):
    BROKER_URL, CACHE_URL = env("BROKER_URL"), env("CACHE_URL")
elif REDIS_URL:
    BROKER_URL = env("BROKER_URL", default=REDIS_URL)
    # One server for both is fine on a small machine; the cache, which may be emptied, has a database of its own.
    CACHE_URL = env("CACHE_URL", default=redis_database(REDIS_URL, 1))
elif EMBEDDED:
    from advocacy_portal.lib import embedded

    BROKER_URL = embedded.redis_url(LOCAL_DIR, "broker", "--appendonly", "yes", "--maxmemory-policy", "noeviction")
    CACHE_URL = embedded.redis_url(
        LOCAL_DIR, "cache", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"
    )
else:
    BROKER_URL = required("BROKER_URL", "the Redis server of the queue (or one REDIS_URL for queue and cache).")
    CACHE_URL = required("CACHE_URL", "the Redis server of the cache (or one REDIS_URL for queue and cache).")
# celery and kombu write a unix socket's address in their own way.
CELERY_BROKER_URL = BROKER_URL.replace("unix://", "redis+socket://", 1)
CACHES = {
    "default": {
        # Falls back to the database when Redis is away: log-in limits must hold then too.
        "BACKEND": "advocacy_portal.lib.caches.SteadyRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    },
    "database": {
        "BACKEND": "advocacy_portal.lib.caches.TableCache",
        "LOCATION": "cache_entries",
        # Django's 300 would let anybody push others' log-in limits out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- Celery (each line's why: docs/delivery.md) -------------------------------------------------
PROCESS = env("PORTAL_PROCESS", default="worker" if "celery" in Path(sys.argv[0]).name else "web")
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "notifications.tasks.drain_now": {"queue": "mail-now"},
    "notifications.tasks.drain_bulk": {"queue": "mail-bulk"},
    "materials.brochures.tasks.press_brochure": {"queue": "pdf"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_DISABLE_PREFETCH = True
CELERY_WORKER_ETA_TASK_LIMIT = 100
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 240_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    # A web request never waits for the queue: the row is written, the tick finds it.
    "socket_timeout": 2 if PROCESS == "web" else 30,
    "socket_connect_timeout": 2 if PROCESS == "web" else 5,
    "socket_keepalive": BROKER_URL.startswith("redis:"),
    "health_check_interval": 25,
    "global_keyprefix": env("BROKER_PREFIX", default="portal:"),
}
if PROCESS == "web":
    # kombu's own default tries again for four seconds (measured: 6 s with Redis away; with this 0.0 s).
    CELERY_BROKER_TRANSPORT_OPTIONS |= {"max_retries": 0, "interval_start": 0, "interval_step": 0}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "beat-schedule") if EMBEDDED else "/tmp/beat-schedule"
CELERY_BEAT_SCHEDULE = {
    "letters-now": {"task": "notifications.tasks.drain_now", "schedule": 10, "options": {"expires": 60}},
    "letters-bulk": {"task": "notifications.tasks.drain_bulk", "schedule": 30, "options": {"expires": 60}},
    "letters-sweep": {"task": "notifications.tasks.sweep", "schedule": 60, "options": {"expires": 60}},
    "reminders-plan": {"task": "events.reminders.tasks.plan_reminders", "schedule": 60, "options": {"expires": 60}},
    "brochures-sweep": {
        "task": "materials.brochures.tasks.sweep_brochures",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "handover-work": {
        "task": "advocacy_portal.home.handover.tasks.move_due_work",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "details-sweep": {
        "task": "associations.checks.tasks.sweep_rounds",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
    "states-count": {
        "task": "associations.overview.tasks.count_states",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "joining-forget": {
        "task": "associations.joining.tasks.forget_old",
        "schedule": 86_400,
        "options": {"expires": 3600},
    },
    "imports-sweep": {"task": "associations.imports.tasks.sweep_imports", "schedule": 60, "options": {"expires": 60}},
    "heartbeat": {"task": "advocacy_portal.home.tasks.beat_heart", "schedule": 15, "options": {"expires": 30}},
    "clean-up": {"task": "advocacy_portal.home.tasks.clean_up", "schedule": 86_400, "options": {"expires": 3600}},
}

# --- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:dashboard"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
# Letters take a while; the letter itself says ten minutes.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
# Digits: a phone shows its number pad, and nobody wonders whether it is O or 0.
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {
    # A whole training logs in at once behind the one address of a meeting house.
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "home:front"
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0 if DEBUG else 1)
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "accounts.passkeys.AuthenticateForm",
    "login_webauthn": "accounts.passkeys.LoginForm",
    "reauthenticate_webauthn": "accounts.passkeys.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_TOTP_ISSUER = SITE_NAME
# Browsers allow passkeys on plain http only for localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
# Whose roles need a second step at log-in: kinds of roles, or "none" (advocacy_portal/home/second_step.py).
SECOND_FACTOR_ROLES = [
    kind.strip()
    for kind in (
        env("SECOND_FACTOR_ROLES", default="") or ("none" if DEBUG else "staff,coordinator,legal_adviser,administrator")
    ).split(",")
    if kind.strip() not in ("", "none")
]
# Unions whose people log in with their own house's account.
from advocacy_portal.lib.openid import origins_of, read_providers  # noqa: E402

SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"APPS": read_providers(env("OIDC_PROVIDERS", default=""), allow_http=DEBUG)}
}
SOCIALACCOUNT_ADAPTER = "accounts.openid.SocialAccountAdapter"
# Who comes in by an address that the provider answers for is known by the provider's own number from then on.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- Letters -------------------------------------------------------------------------------------
# Every letter is first a row (notifications.OutgoingMail); this is the relay that takes it from there.
EMAIL_URL = env("EMAIL_URL", default="smtp://localhost:1025" if DEBUG else "")
if not EMAIL_URL:
    required("EMAIL_URL", "the mail relay, as smtp://user:password@host:port (smtp+tls:// for STARTTLS).")
vars().update(env.email_url_config(EMAIL_URL))
EMAIL_RELAY_BACKEND = EMAIL_BACKEND  # noqa: F821 (set by the line above)
EMAIL_BACKEND = "notifications.backend.OutboxBackend"
EMAIL_TIMEOUT = 20
# How long to wait for the relay's answer after the final dot: an own relay answers at once,
# a remote one may take what RFC 5321 4.5.3.2.6 grants it.
EMAIL_FINAL_TIMEOUT = env.int("EMAIL_FINAL_TIMEOUT", default=60)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <portaali@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MESSAGE_ID_DOMAIN = env("MESSAGE_ID_DOMAIN", default="portaali.example.org")

# --- Languages and time ------------------------------------------------------------------------
LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")]
# The second holds better words for what Django and allauth say.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "borrowed"]
USE_I18N = True
TIME_ZONE = "Europe/Helsinki"
USE_TZ = True
FORMAT_MODULE_PATH = "advocacy_portal.formats"

# --- Static files and media ----------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(LOCAL_DIR / "media")))
# Media are never served from an address of their own: every file passes a view that asks who sees it.
MEDIA_URL = "/media-is-not-served/"
MEDIA_S3 = env("MEDIA_S3_BUCKET", default="")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA_S3,
            "endpoint_url": env("MEDIA_S3_ENDPOINT", default="") or None,
            "default_acl": "private",
            "querystring_auth": True,
            "file_overwrite": False,
        },
    }
    if MEDIA_S3
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Security --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        # The log-in form may lead on to the house whose account one logs in with.
        "form-action": ["'self'", *origins_of(SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
CSRF_FAILURE_VIEW = "advocacy_portal.home.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- Logs --------------------------------------------------------------------------------------------
LOG_FORMAT = env("LOG_FORMAT", default="console" if DEBUG else "json")
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
# One line a request, written when it is done (10 = DEBUG).
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
from advocacy_portal.lib.logs import configure_logs  # noqa: E402

LOGGING = configure_logs(LOG_FORMAT, env("LOG_LEVEL", default="INFO"))
SILENCED_SYSTEM_CHECKS = []
