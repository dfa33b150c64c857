"""The rooms' addresses."""

from django.urls import include, path

app_name = "associations"
urlpatterns = [
    path("", include("associations.organisations.urls")),
    path("", include("associations.roles.urls")),
    path("", include("associations.joining.urls")),
    path("", include("associations.places.urls")),
    path("", include("associations.overview.urls")),
    path("", include("associations.history.urls")),
    path("", include("associations.wheel.urls")),
    path("", include("associations.checks.urls")),
    path("", include("associations.imports.urls")),
]
