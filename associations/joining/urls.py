from django.urls import path

from advocacy_portal.lib import addresses  # noqa: F401 (registers <row:…>)
from associations.joining import answering, views

urlpatterns = [
    path("yhdistykset/<row:pk>/ihmiset/", views.people, name="people"),
    path("yhdistykset/<row:pk>/ihmiset.<slug:kind>", views.people_export, name="people_export"),
    path("yhdistykset/<row:pk>/ihmiset/uusi/", views.role_enter, name="role_enter"),
    path("yhdistykset/<row:pk>/liity/", views.join, name="join"),
    path("kutsut/<row:pk>/uudelleen/", views.invitation_resend, name="invitation_resend"),
    path("kutsut/<row:pk>/peru/", views.invitation_withdraw, name="invitation_withdraw"),
    path("liittymispyynnot/<row:pk>/hyvaksy/", views.join_approve, name="join_approve"),
    path("liittymispyynnot/<row:pk>/hylkaa/", views.join_refuse, name="join_refuse"),
    path("liittymispyynnot/<row:pk>/peru/", views.join_withdraw, name="join_withdraw"),
    path("kutsu/<str:token>/", answering.invitation, name="invitation"),
    path("kutsu/<str:token>/kieltaydy/", answering.invitation_decline, name="invitation_decline"),
]
