from django.urls import path

from advocacy_portal.home import views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("oma/", views.dashboard, name="dashboard"),
    path("oma/vaihda/", views.switch_seat, name="switch_seat"),
    path("apua/", views.help_page, name="help"),
    path("saavutettavuus/", views.accessibility, name="accessibility"),
    path("tietosuoja/", views.privacy, name="privacy"),
]
