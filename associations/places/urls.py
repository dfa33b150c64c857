from django.urls import path

from associations.places import views

urlpatterns = [
    path("hyvinvointialueet/", views.wellbeing_region_list, name="wellbeing_region_list"),
    path("hyvinvointialueet/<slug:code>/", views.wellbeing_region, name="wellbeing_region"),
    path("kunnat/", views.municipality_list, name="municipality_list"),
    path("kunnat.<slug:kind>", views.municipality_export, name="municipality_export"),
    path("kunnat/<slug:code>/", views.municipality, name="municipality"),
    path("kenelle-asia-kuuluu/", views.approach_search, name="approach"),
    path("kenelle-asia-kuuluu/<slug:key>/<slug:code>/", views.approach_answer, name="approach_answer"),
]
