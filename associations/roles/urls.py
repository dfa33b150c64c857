from django.urls import path

from associations.roles import views

urlpatterns = [path("alue/", views.area, name="area")]
