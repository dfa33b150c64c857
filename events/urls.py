from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from events.calendar import views as calendar
from events.registrations import views as registrations

app_name = "events"
urlpatterns = [
    path("tapahtumat/", calendar.event_list, name="event_list"),
    path("tapahtumat/kalenteri.ics", calendar.calendar_feed, name="calendar_feed"),
    path("tapahtumat/hallinta/", calendar.event_manage, name="event_manage"),
    path("tapahtumat/hallinta.<slug:kind>", calendar.event_export, name="event_export"),
    path("tapahtumat/uusi/", calendar.event_create, name="event_create"),
    path("tapahtumat/omat/", registrations.my_registrations, name="my_registrations"),
    path("tapahtumat/omat/<row:pk>/", registrations.registration, name="registration"),
    path("tapahtumat/omat/<row:pk>/peru/", registrations.registration_cancel, name="registration_cancel"),
    path("tapahtumat/ilmoittautuminen/<str:token>/", registrations.registration_manage, name="registration_manage"),
    path(
        "tapahtumat/ilmoittautuminen/<str:token>/peru/",
        registrations.registration_manage_cancel,
        name="registration_manage_cancel",
    ),
    path(
        "tapahtumat/ilmoittautuminen/<str:token>/kalenteri.ics",
        registrations.registration_calendar,
        name="registration_calendar",
    ),
    path("tapahtumat/<row:pk>/", calendar.event, name="event"),
    path("tapahtumat/<row:pk>/kalenteri.ics", calendar.event_calendar, name="event_calendar"),
    path("tapahtumat/<row:pk>/muokkaa/", calendar.event_edit, name="event_edit"),
    path("tapahtumat/<row:pk>/julkaise/", calendar.event_publish, name="event_publish"),
    path("tapahtumat/<row:pk>/peru/", calendar.event_cancel, name="event_cancel"),
    path("tapahtumat/<row:pk>/ilmoittaudu/", registrations.register, name="register"),
    path("tapahtumat/<row:pk>/kiitos/", registrations.registered, name="registered"),
    path("tapahtumat/<row:pk>/ilmoittautuneet/", registrations.registration_list, name="registration_list"),
    path(
        "tapahtumat/<row:pk>/ilmoittautuneet.<slug:kind>", registrations.registration_export, name="registration_export"
    ),
]
