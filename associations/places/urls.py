from django.urls import path

from associations.places import views

urlpatterns = [
    path("hyvinvointialueet/", views.wellbeing_region_list, name="wellbeing_region_list"),
    path("hyvinvointialueet/<slug:code>/", views.wellbeing_region, name="wellbeing_region"),
    path("kunnat/<slug:code>/", views.municipality, name="municipality"),
]
