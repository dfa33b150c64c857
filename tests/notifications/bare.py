"""Settings for a command that needs neither database nor queue."""

import os

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "pgtrigger",
    "pghistory",
    "accounts",
    "notifications",
]
AUTH_USER_MODEL = "accounts.User"
SECRET_KEY = "only-for-this-test"
LOCAL_DIR = os.environ.get("LOCAL_DIR", "/tmp")
LANGUAGES = [("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
