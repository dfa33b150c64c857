from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.imports import views

urlpatterns = [
    path("tuonti/", views.import_list, name="import_list"),
    path("tuonti/uusi/", views.import_new, name="import_new"),
    path("tuonti/<row:pk>/", views.import_page, name="import"),
    path("tuonti/<row:pk>/sarakkeet/", views.import_columns, name="import_columns"),
    path("tuonti/<row:pk>/tilanne/", views.import_state, name="import_state"),
    path("tuonti/<row:pk>/tuo/", views.import_apply, name="import_apply"),
    path("tuonti/<row:pk>/kumoa/", views.import_undo, name="import_undo"),
    path("tuonti/<row:pk>/virheet.<str:kind>", views.import_faults, name="import_faults"),
]
