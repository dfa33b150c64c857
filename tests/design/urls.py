"""Just enough addresses for the frame of a page."""

from django.http import HttpResponse
from django.urls import include, path


def nothing(request):
    return HttpResponse()


home = [
    path("", nothing, name="front"),
    path("oma/", nothing, name="dashboard"),
    path("paikka/", nothing, name="switch_seat"),
]
urlpatterns = [path("", include((home, "home")))]
