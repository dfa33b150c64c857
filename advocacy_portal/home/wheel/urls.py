from django.urls import path

from advocacy_portal.home.wheel import views

urlpatterns = [
    path("vuosikello/", views.wheel, name="wheel"),
    path("vuosikello.ics", views.wheel_calendar, name="wheel_calendar"),
]
