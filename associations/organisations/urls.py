from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.organisations import views

urlpatterns = [
    path("yhdistykset/", views.organisation_list, name="organisation_list"),
    path("yhdistykset/<row:pk>/", views.organisation, name="organisation"),
    path("yhdistykset/<row:pk>/muokkaa/", views.organisation_edit, name="organisation_edit"),
]
