"""Addresses of the partnership brochure."""

from django.urls import path

from materials.brochures import views

urlpatterns = [
    path("", views.brochure_list, name="brochure_list"),
    path("<int:pk>/", views.brochure_edit, name="brochure_edit"),
    path("<int:pk>/tarkista/", views.brochure_check, name="brochure_check"),
    path("<int:pk>/tee-pdf/", views.brochure_request, name="brochure_request"),
    path("tiedosto/<int:pk>/", views.brochure_progress, name="brochure_progress"),
    path("tiedosto/<int:pk>/tila/", views.brochure_state, name="brochure_state"),
    path("tiedosto/<int:pk>/uudelleen/", views.brochure_retry, name="brochure_retry"),
    path("tiedosto/<int:pk>/pdf/", views.brochure_pdf, name="brochure_pdf"),
]
