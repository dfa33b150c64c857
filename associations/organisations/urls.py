from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.organisations import brand_views, network_views, views

urlpatterns = [
    path("yhdistykset/", views.organisation_list, name="organisation_list"),
    path("yhdistykset/luettelo.<slug:kind>", views.organisation_export, name="organisation_export"),
    path("yhdistykset/<row:pk>/", views.organisation, name="organisation"),
    path("yhdistykset/<row:pk>/muokkaa/", views.organisation_edit, name="organisation_edit"),
    # Colours and logos
    path("yhdistykset/<row:pk>/ilme/", brand_views.branding_edit, name="branding"),
    path("ilme/<row:pk>-<slug:digest>.css", brand_views.brand_css, name="brand_css"),
    path("ilme/<row:pk>-<slug:digest>.png", brand_views.organisation_logo, name="organisation_logo"),
    path("ilme/esikatselu-<slug:values>.css", brand_views.brand_preview_css, name="brand_preview_css"),
    # Networks
    path("yhdistykset/<row:pk>/jasenet/", network_views.network_members, name="network_members"),
    path("yhdistykset/<row:pk>/jasenet/kutsu/", network_views.network_invite, name="network_invite"),
    path("yhdistykset/<row:pk>/yhteystiedot/", network_views.network_contacts, name="network_contacts"),
    path(
        "yhdistykset/<row:pk>/yhteystiedot.<slug:kind>",
        network_views.network_contacts_export,
        name="network_contacts_export",
    ),
    path("yhdistykset/<row:pk>/verkostot/", network_views.organisation_networks, name="organisation_networks"),
    path("jasenyydet/<row:pk>/vastaa/", network_views.membership_answer, name="membership_answer"),
    path("jasenyydet/<row:pk>/nakyvyys/", network_views.membership_share, name="membership_share"),
    path("jasenyydet/<row:pk>/eroa/", network_views.membership_leave, name="membership_leave"),
    path("jasenyydet/<row:pk>/poista/", network_views.network_remove, name="network_remove"),
]
