from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.history import views

urlpatterns = [path("yhdistykset/<row:pk>/muutokset/", views.organisation_history, name="organisation_history")]
