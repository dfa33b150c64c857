"""Every address of the portal. They are plain Finnish words, the same in each language."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from advocacy_portal.home import health

# A second step is its owner's alone: nobody plants, reads or removes one in the register.
admin.site.unregister(Authenticator)
# Where people are logged in is theirs to see; other houses' log-in services stand in the settings alone.
admin.site.unregister([UserSession, SocialAccount, SocialApp, SocialToken])

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    *i18n_patterns(
        path("", include("advocacy_portal.home.urls")),
        path("tili/", include("accounts.urls")),
        path("", include("associations.urls")),
        path("", include("events.urls")),
        path("", include("materials.urls")),
        path("", include("advocacy_portal.home.letters_urls")),
        path("yllapito/", admin.site.urls),
        prefix_default_language=False,
    ),
]

handler400 = "advocacy_portal.home.errors.bad_request"
handler403 = "advocacy_portal.home.errors.permission_denied"
handler404 = "advocacy_portal.home.errors.not_found"
handler500 = "advocacy_portal.home.errors.server_error"
