"""The addresses of this app's rooms."""

from django.urls import include, path

app_name = "materials"
urlpatterns = [path("esitteet/", include("materials.brochures.urls"))]
