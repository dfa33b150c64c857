from django.urls import include, path

from advocacy_portal.home import my_data, second_step, views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("", include("advocacy_portal.home.wheel.urls")),
    path("", include("advocacy_portal.home.handover.urls")),
    path("oma/", views.dashboard, name="dashboard"),
    path("oma/vaihda/", views.switch_seat, name="switch_seat"),
    path("apua/", views.help_page, name="help"),
    path("saavutettavuus/", views.accessibility, name="accessibility"),
    path("tietosuoja/", views.privacy, name="privacy"),
    path("tili/kuka-nakee/", my_data.my_data, name="my_data"),
    path("tili/toinen-vaihe/", second_step.second_step, name="second_step"),
]
