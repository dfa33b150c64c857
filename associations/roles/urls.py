from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.roles import views

urlpatterns = [
    path("yhdistykset/<row:organisation>/ihmiset/<row:pk>/muuta/", views.role_edit, name="role_edit"),
    path("yhdistykset/<row:organisation>/ihmiset/<row:pk>/paata/", views.role_end, name="role_end"),
    path("yhdistykset/<row:organisation>/ihmiset/<row:pk>/poista/", views.role_remove, name="role_remove"),
]
