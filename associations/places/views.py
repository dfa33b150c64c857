"""Public pages of places, and whom to approach in them. Every fact is shown with its source."""

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from advocacy_portal.lib import maps, sheets
from advocacy_portal.lib.shelf import kept_for_visitors
from associations.organisations.models import Organisation
from associations.places import approach, wording
from associations.places.ahead import decisions_of, elections_in
from associations.places.councils import smallest_council
from associations.places.mapping import municipality_map, region_map, where_map
from associations.places.models import Municipality, Service, WellbeingRegion
from associations.places.together import events_in, together_in
from associations.places.who_helps import help_in
from associations.roles.standing import standing_of

PAGE = 25
LONGEST = 100


# --- Wellbeing regions and municipalities ------------------------------------------------------------
@kept_for_visitors
@require_safe
def wellbeing_region_list(request):
    today = timezone.localdate()
    regions = list(WellbeingRegion.objects.all())
    places = list(Municipality.objects.on(today).order_by("name_fi"))
    homes = Organisation.objects.visible_to(request.user).active().associations().order_by()
    counts = dict(homes.values_list("home_municipality").annotate(Count("pk")))
    by_region = {}
    for place in places:
        by_region[place.wellbeing_region_id] = by_region.get(place.wellbeing_region_id, 0) + counts.get(place.pk, 0)
    return render(
        request,
        "associations/places/wellbeing_region_list.html",
        {
            "region_map": region_map(regions, by_region, label=_("Associations by wellbeing region")),
            "municipality_map": municipality_map(
                [(place.pk, place.code, place.name_fi, place.name_sv) for place in places],
                counts,
                label=_("Associations by municipality"),
            ),
        },
    )


@kept_for_visitors
@require_safe
def municipality_list(request):
    """All municipalities by name; a search finds them by Finnish and Swedish names."""
    places, words, regions, region = _searched(request)
    page = Paginator(places, PAGE).get_page(request.GET.get("page"))
    homes = Organisation.objects.visible_to(request.user).active().associations().order_by()
    shown = [place.pk for place in page.object_list]
    counts = dict(homes.filter(home_municipality__in=shown).values_list("home_municipality").annotate(Count("pk")))
    for place in page.object_list:
        place.association_count = counts.get(place.pk, 0)
    return render(
        request,
        "associations/places/municipality_list.html",
        {
            "page_obj": page,
            "words": words,
            "regions": regions,
            "region": region,
            "source": maps.source(),
            "query": f"?{request.GET.urlencode()}" if words or region else "",
        },
    )


def _searched(request):
    """(municipalities, words, regions, region): what the address of the list asks for."""
    words = " ".join(request.GET.get("q", "").split())[:LONGEST]
    regions = sorted(WellbeingRegion.objects.all(), key=lambda region: region.short_name)
    region = next((one for one in regions if one.code == request.GET.get("alue")), None)
    by_name = "name_sv" if get_language() == "sv" else "name_fi"
    places = Municipality.objects.on(timezone.localdate()).select_related("wellbeing_region").order_by(by_name, "pk")
    if words:
        places = places.filter(Q(name_fi__istartswith=words) | Q(name_sv__istartswith=words))
    if region:
        places = places.filter(wellbeing_region=region)
    return places, words, regions, region


@require_safe
def municipality_export(request, kind):
    """The searched municipalities with their figures as a file."""
    places = _searched(request)[0]
    heading = [
        _("Code"), _("Name"), _("Wellbeing region"), _("Population"), _("Aged 0–14"), _("Aged 15–64"),
        _("Aged 65 or over"), _("Year"),
    ]  # fmt: skip
    lines = (
        [
            place.code, place.name, str(place.wellbeing_region or ""), place.population, place.population_0_14,
            place.population_15_64, place.population_65_plus, place.population_year,
        ]
        for place in places
    )  # fmt: skip
    return sheets.response(kind, "kunnat", heading, lines)


@kept_for_visitors
@require_safe
def wellbeing_region(request, code):
    now = timezone.now()
    region = get_object_or_404(WellbeingRegion, code=code)
    municipalities = list(region.municipalities.on(timezone.localtime(now).date()).order_by("name_fi"))
    # Helsinki decides as a city.
    is_city = region.kind == region.Kind.CITY
    level = approach.MUNICIPALITY if is_city else approach.REGION
    facts = [
        _population(region),
        (pgettext("places", "Municipalities"), len(municipalities)),
        (_("Largest municipality"), next((one for one in municipalities if one.code == region.main_city_code), None)),
    ]
    if region.councillors:
        facts.append((_("Councillors elected in 2022"), region.councillors))
    dated, undated = decisions_of(level, now)
    services = [] if is_city else approach.grouped(_services())
    return render(
        request,
        "associations/places/wellbeing_region.html",
        {
            "region": region,
            "is_city": is_city,
            "facts": facts,
            "council": _council(level, region.population),
            "website": f"https://{region.website_domain}/" if region.website_domain else "",
            "municipalities": municipalities,
            "groups": [(kind, rows) for kind, rows in services if kind != approach.MUNICIPALITY],
            "dates": dated,
            "undated": undated,
            "elections": elections_in(region, now),
            "help": help_in(request.user, region=region, now=now),
            "events": events_in(region, now),
            "map": where_map(regions=[region], label=_("Where %(name)s is") % {"name": region.name}),
        },
    )


@kept_for_visitors
@require_safe
def municipality(request, code):
    now = timezone.now()
    today = timezone.localtime(now).date()
    place = get_object_or_404(Municipality.objects.select_related("wellbeing_region", "successor"), code=code)
    region = place.wellbeing_region
    facts = [
        _population(place),
        (_("Aged 0–14"), _share(place.population_0_14, place.population)),
        (_("Aged 15–64"), _share(place.population_15_64, place.population)),
        (_("Aged 65 or over"), _share(place.population_65_plus, place.population)),
        (_("Languages"), place.get_language_status_display()),
        (_("Region"), place.region_name),
    ]
    has_ended = bool(place.valid_to and place.valid_to < today)
    # Who has ended decides nothing any more; Åland has a law of its own.
    decides = region is not None and not has_ended
    dated, undated = decisions_of(approach.MUNICIPALITY, now) if decides else ([], [])
    return render(
        request,
        "associations/places/municipality.html",
        {
            "municipality": place,
            "region": region,
            "has_ended": has_ended,
            "is_outside": region is None,
            "decides": decides,
            "is_city_of_both": region is not None and region.kind == region.Kind.CITY,
            "facts": facts,
            "council": _council(approach.MUNICIPALITY, place.population) if decides else None,
            "groups": approach.grouped(_services(), place) if decides else [],
            "dates": dated,
            "undated": undated,
            "elections": elections_in(region, now) if not has_ended else [],
            "help": help_in(request.user, region=region, municipality=place, now=now),
            "together": together_in(request.user, place),
            "events": events_in(place, now),
            "map": where_map(municipality=place, label=_("Where %(name)s is") % {"name": place.name}),
        },
    )


def _population(place):
    label = _("Population at the end of %(year)s") % {"year": place.population_year}
    return label, number_format(place.population, force_grouping=True)


def _share(part, whole):
    share = number_format(round(100 * part / whole, 1), 1) if whole else "0"
    return _("%(count)s (%(share)s%%)") % {"count": number_format(part, force_grouping=True), "share": share}


def _council(level, population):
    """The smallest council the law allows: {number, basis, badge, words}, or None."""
    rule = smallest_council(level, population)
    if rule is None:
        return None
    badge, words = wording.mark(rule.verification)
    return {
        "number": rule.min_councillors, "basis": wording.legal_basis(rule.legal_basis), "badge": badge, "words": words,
    }  # fmt: skip


def _services():
    return sorted(Service.objects.all(), key=lambda service: service.name.lower())


# --- Whom do we approach? ---------------------------------------------------------------------------
@kept_for_visitors
@require_safe
def approach_search(request):
    """Choose a service and a municipality. One's own municipality is chosen already, so a click gives the answer."""
    places = list(
        Municipality.objects.on(timezone.localdate())
        .select_related("wellbeing_region")
        .order_by("name_sv" if get_language() == "sv" else "name_fi", "pk")
    )
    by_code = {place.code: place for place in places}
    own = _own_municipalities(request.user, by_code)
    asked = request.GET.get("kunta", "")
    place = by_code.get(asked) or (own[0] if own and not asked else None)
    services = _services()
    service = next((one for one in services if one.key == request.GET.get("palvelu")), None)
    if service and place:
        return redirect("associations:approach_answer", service.key, place.code)
    words = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = [service] if service else approach.matching(services, words)
    is_outside = place is not None and not approach.bodies_of(place)
    groups = [
        (responsible, [(one, _address(one, place)) for one in rows])
        for responsible, rows in approach.grouped(found, None if is_outside else place)
    ]
    return render(
        request,
        "associations/places/approach.html",
        {
            "words": words,
            "service": service,
            "place": place,
            "is_outside": is_outside,
            # «-» is the link to another municipality than one's own.
            "is_unknown": asked not in ("", "-") and place is None,
            "is_own": place in own,
            "own": own,
            "places": places,
            "groups": groups,
            "count": len(found),
            "region": place.wellbeing_region if place else None,
            "is_city_of_both": place is not None and not is_outside and len(approach.bodies_of(place)) == 1,
        },
    )


def _address(service, place):
    if place is None:
        return f"{reverse('associations:approach')}?palvelu={service.key}#kunta"
    return reverse("associations:approach_answer", args=[service.key, place.code])


def _own_municipalities(user, by_code):
    """Home municipalities of the associations this person belongs to, those whose board they sit on first."""
    standing = standing_of(user)
    if not standing.organisations:
        return []
    homes = Organisation.objects.filter(pk__in=standing.organisations).order_by("name_fi", "pk")
    rows = [(pk not in standing.boards, code) for pk, code in homes.values_list("pk", "home_municipality__code")]
    # Sorting keeps the order of names inside both halves.
    codes = dict.fromkeys(code for _rank, code in sorted(rows, key=lambda row: row[0]))
    return [by_code[code] for code in codes if code in by_code]


@kept_for_visitors
@require_safe
def approach_answer(request, key, code):
    """Who answers for the service there, on what that rests, who helps and what is decided next."""
    now = timezone.now()
    service = get_object_or_404(Service, key=key)
    asked = get_object_or_404(Municipality.objects.select_related("wellbeing_region"), code=code)
    place = approach.in_force(asked, timezone.localtime(now).date())
    answer = approach.who_answers(service, place) if place else None
    badge, words = wording.mark(service.verification)
    bodies = [(body, *decisions_of(body.level, now)) for body in answer.bodies] if answer else []
    return render(
        request,
        "associations/places/approach_answer.html",
        {
            "service": service,
            "asked": asked,
            "place": place,
            "answer": answer,
            "bodies": bodies,
            "basis": wording.legal_basis(service.legal_basis),
            "badge": badge,
            "words": words,
            "note": wording.note(service),
            "elections": elections_in(place.wellbeing_region, now) if place else [],
            "help": help_in(request.user, region=place.wellbeing_region, municipality=place, now=now)
            if place
            else None,
        },
    )
