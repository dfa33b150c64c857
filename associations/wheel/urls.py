from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.wheel import views

urlpatterns = [
    path("vuosikello/omat-paivat/", views.own_date_list, name="own_date_list"),
    path("vuosikello/omat-paivat/uusi/", views.own_date_create, name="own_date_create"),
    path("vuosikello/omat-paivat/<row:pk>/", views.own_date_edit, name="own_date_edit"),
    path("vuosikello/omat-paivat/<row:pk>/poista/", views.own_date_delete, name="own_date_delete"),
]
