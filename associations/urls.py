"""The rooms' addresses."""

from django.urls import include, path

app_name = "associations"
urlpatterns = [
    path("", include("associations.organisations.urls")),
    path("", include("associations.roles.urls")),
    path("", include("associations.places.urls")),
]
