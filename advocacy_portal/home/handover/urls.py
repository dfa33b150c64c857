from django.urls import path

from advocacy_portal.home.handover import views
from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)

urlpatterns = [
    path("luovutus/<row:role>/", views.handover, name="handover"),
    path("yhdistykset/<row:pk>/perehdytys/", views.handover_pack, name="handover_pack"),
    path("yhdistykset/<row:pk>/perehdytys.pdf", views.handover_pack_pdf, name="handover_pack_pdf"),
]
