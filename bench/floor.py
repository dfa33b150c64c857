"""The floor: a bare Django project whose one view asks one indexed query. Nothing can be faster.

Served by gunicorn with the portal's own settings file, database and driver; no middleware, no template.
"""

import os

import django
import environ
from django.conf import settings

if not settings.configured:
    database = environ.Env().db_url_config(os.environ["DATABASE_URL"])
    from urllib.parse import unquote

    database["HOST"] = unquote(database["HOST"])
    settings.configure(
        SECRET_KEY=os.environ["SECRET_KEY"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="bench.floor",
        MIDDLEWARE=[],
        INSTALLED_APPS=[],
        # The portal's own connection settings: kept open, looked after.
        DATABASES={"default": database | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        LOGGING_CONFIG=None,
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpResponse
from django.urls import path


class Row(models.Model):
    """An organisation as the floor sees it: a key and a name."""

    name_fi = models.CharField(max_length=200)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "associations_organisation"

    def __str__(self):
        return self.name_fi


def one(request, pk):
    """One row by its key."""
    return HttpResponse(Row.objects.get(pk=pk).name_fi)


urlpatterns = [path("<int:pk>/", one)]
application = get_wsgi_application()
