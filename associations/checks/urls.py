from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.checks import views

urlpatterns = [
    path("yhdistykset/<row:pk>/tarkista-tiedot/", views.details_check, name="details_check"),
    path("tietojen-tarkistus/", views.details_round_list, name="details_round_list"),
    path("tietojen-tarkistus/<row:pk>/", views.details_round, name="details_round"),
    path("tietojen-tarkistus/<row:pk>/muistuta/", views.details_round_remind, name="details_round_remind"),
    path("tietojen-tarkistus/<row:pk>/sulje/", views.details_round_close, name="details_round_close"),
    path(
        "tietojen-tarkistus/<row:pk>/vastaamattomat.<slug:kind>",
        views.details_round_export,
        name="details_round_export",
    ),
]
