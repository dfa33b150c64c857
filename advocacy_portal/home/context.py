"""What stands around every page: menu, languages, whose behalf one acts on, where help is."""

from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from advocacy_portal.home.seats import active_seat, seat_choices
from associations.organisations.branding import look_of

BOARD, COORDINATOR, STAFF, PERSON, VISITOR = "board", "coordinator", "staff", "person", "visitor"

# role: (label, icon, url name). A line appears with its first working page.
MENUS = {
    BOARD: [
        (_("Own association"), "home", "home:dashboard"),
        (_("Events"), "calendar", "events:event_list"),
        (_("Whom do we approach?"), "landmark", "associations:approach"),
        (_("Year wheel"), "clock", "home:wheel"),
        (_("Associations"), "users", "associations:organisation_list"),
        (_("Brochures"), "file-text", "materials:brochure_list"),
    ],
    COORDINATOR: [
        (_("Own area"), "home", "home:dashboard"),
        (_("Associations on the map"), "map", "associations:area"),
        (_("Events"), "calendar", "events:event_list"),
        (_("Whom do we approach?"), "landmark", "associations:approach"),
        (_("Year wheel"), "clock", "home:wheel"),
        (_("Brochures"), "file-text", "materials:brochure_list"),
    ],
    STAFF: [
        (_("Desk"), "home", "home:dashboard"),
        (_("Events"), "calendar", "events:event_list"),
        (_("Areas"), "map", "associations:area"),
        (_("Associations"), "users", "associations:organisation_list"),
        (_("Year wheel"), "clock", "home:wheel"),
        (_("Brochures"), "file-text", "materials:brochure_list"),
        (_("Letters"), "mail", "letters:letter_list"),
    ],
    PERSON: [
        (_("My page"), "home", "home:dashboard"),
        (_("Events"), "calendar", "events:event_list"),
        (_("Whom do we approach?"), "landmark", "associations:approach"),
        (_("Year wheel"), "clock", "home:wheel"),
        (_("Associations"), "users", "associations:organisation_list"),
    ],
    VISITOR: [
        (_("Events"), "calendar", "events:event_list"),
        (_("Associations"), "users", "associations:organisation_list"),
        (_("Whom do we approach?"), "landmark", "associations:approach"),
        (_("Year wheel"), "clock", "home:wheel"),
        (_("Log in"), "log-in", "account_login"),
    ],
}

KIND_OF_SEAT = {
    "chair": BOARD,
    "secretary": BOARD,
    "advocacy_officer": BOARD,
    "board_member": BOARD,
    "coordinator": COORDINATOR,
    "staff": STAFF,
    "administrator": STAFF,
}

FOOTER = [
    (_("Accessibility statement"), "home:accessibility"),
    (_("Privacy"), "home:privacy"),
]


def desk_of(request):
    """Which of the menus and dashboards this reader gets."""
    if not request.user.is_authenticated:
        return VISITOR
    seat = active_seat(request)
    if seat:
        return KIND_OF_SEAT.get(seat.kind, PERSON)
    return STAFF if request.user.is_superuser else PERSON


def page_frame(request):
    """Context processor: one lazy ``portal``, so that fragments and letters pay nothing."""
    return {"portal": SimpleLazyObject(lambda: _frame(request))}


def _frame(request):
    signed_in = hasattr(request, "user") and request.user.is_authenticated
    seats = seat_choices(request) if signed_in else []
    current = next((seat for seat in seats if seat["current"]), None)
    desk = desk_of(request) if hasattr(request, "user") else VISITOR
    address = request.get_full_path() if request.method == "GET" else request.path
    # Asked with the roles themselves, so that the look costs no query.
    seat = active_seat(request) if signed_in else None
    return {
        **look_of(seat and seat.brand),
        "name": settings.SITE_NAME,
        "desk": desk,
        "menu": _menu(desk, request.path, get_language()),
        "seats": seats,
        "acting_for": current["label"] if current else "",
        "languages": _languages(address, get_language()),
        "front_url": reverse("home:front"),
        "dashboard_url": reverse("home:dashboard"),
        "login_url": reverse("account_login"),
        "account_url": reverse("accounts:profile") if signed_in else "",
        "logout_url": reverse("account_logout"),
        "help_url": reverse("home:help"),
        "support_phone": settings.SUPPORT_PHONE,
        "support_email": settings.SUPPORT_EMAIL,
        "footer_links": [{"label": label, "url": reverse(name)} for label, name in FOOTER],
    }


# The same for everybody at one desk on one page, so made once: reversing addresses is a third of a page's frame.
@lru_cache(maxsize=500)
def _menu(desk, here, language):
    lines = []
    for label, icon, name in MENUS[desk]:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        inside = here == url or (here.startswith(url) and name != "home:dashboard")
        lines.append({"label": str(label), "icon": icon, "url": url, "current": inside})
    return tuple(lines)


@lru_cache(maxsize=500)
def _languages(address, now):
    return tuple(
        {"code": code, "label": label, "url": translate_url(address, code), "current": code == now}
        for code, label in settings.LANGUAGES
    )
