from django.urls import path

from associations.overview import views

urlpatterns = [
    path("alue/", views.area, name="area"),
    path("alue.<slug:kind>", views.area_export, name="area_export"),
]
