from django.conf import settings
from django.urls import path

from advocacy_portal.home import letters

app_name = "letters"
urlpatterns = [
    path("lahetykset/", letters.letter_list, name="letter_list"),
    path("lahetykset/<int:pk>/", letters.letter, name="letter"),
    path("lahetykset/<int:pk>/uudelleen/", letters.letter_resend, name="letter_resend"),
]
if settings.DEBUG:
    urlpatterns += [
        path("postilaatikko/", letters.mailbox_list, name="mailbox_list"),
        path("postilaatikko/<str:name>/", letters.mailbox_letter, name="mailbox_letter"),
    ]
