"""Public pages of places: what is known of a wellbeing region or municipality, with its source."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from associations.organisations.models import Organisation
from associations.places.cycle import dates_ahead
from associations.places.mapping import municipality_map, region_map, where_map
from associations.places.models import Election, Municipality, WellbeingRegion

SHOWN = 12
ELECTIONS = 4


@require_GET
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


@require_GET
def wellbeing_region(request, code):
    now = timezone.now()
    region = get_object_or_404(WellbeingRegion, code=code)
    there = Organisation.objects.visible_to(request.user).active().in_region(region)
    municipalities = list(region.municipalities.on(timezone.localtime(now).date()).order_by("name_fi"))
    facts = [
        _population(region),
        (pgettext("places", "Municipalities"), len(municipalities)),
        (_("Largest municipality"), next((one for one in municipalities if one.code == region.main_city_code), None)),
    ]
    if region.councillors:
        facts.append((_("Councillors elected in 2022"), region.councillors))
    # Helsinki decides as a city.
    is_city = region.kind == region.Kind.CITY
    return render(
        request,
        "associations/places/wellbeing_region.html",
        {
            "region": region,
            "facts": facts,
            "website": f"https://{region.website_domain}/" if region.website_domain else "",
            "municipalities": municipalities,
            **_whats_ahead(region, "municipality" if is_city else "wellbeing_region", now),
            **_who_is_there(there),
            "map": where_map(regions=[region], label=_("Where %(name)s is") % {"name": region.name}),
        },
    )


@require_GET
def municipality(request, code):
    now = timezone.now()
    place = get_object_or_404(Municipality.objects.select_related("wellbeing_region", "successor"), code=code)
    there = Organisation.objects.visible_to(request.user).active().in_municipality(place)
    facts = [
        _population(place),
        (_("Aged 0–14"), _share(place.population_0_14, place.population)),
        (_("Aged 15–64"), _share(place.population_15_64, place.population)),
        (_("Aged 65 or over"), _share(place.population_65_plus, place.population)),
        (_("Languages"), place.get_language_status_display()),
        (_("Region"), place.region_name),
    ]
    return render(
        request,
        "associations/places/municipality.html",
        {
            "municipality": place,
            "region": place.wellbeing_region,
            "facts": facts,
            **_whats_ahead(place.wellbeing_region, "municipality", now),
            **_who_is_there(there),
            "map": where_map(municipality=place, label=_("Where %(name)s is") % {"name": place.name}),
        },
    )


def _population(place):
    label = _("Population at the end of %(year)s") % {"year": place.population_year}
    return label, number_format(place.population, force_grouping=True)


def _share(part, whole):
    share = number_format(round(100 * part / whole, 1), 1) if whole else "0"
    return _("%(count)s (%(share)s%%)") % {"count": number_format(part, force_grouping=True), "share": share}


def _who_is_there(organisations):
    ordered = organisations.select_related("home_municipality", "parent").order_by("name_fi", "pk")
    found = list(ordered[: SHOWN + 1])
    return {"organisations": found[:SHOWN], "has_more": len(found) > SHOWN}


def _whats_ahead(region, level, now):
    today = timezone.localtime(now).date()
    elections = []
    for election in Election.objects.of_region(region).ahead(today)[:ELECTIONS]:
        when = date_format(election.election_date) if election.election_date else _month(election.expected_period)
        elections.append((election.name, when))
    # Åland has a law of its own.
    dates = dates_ahead(level, now) if region else []
    return {"elections": elections, "dates": [(step.name, date_format(day)) for day, step in dates]}


def _month(period):
    """«06/2029» of «2029-06»: no exact day is known."""
    year, _dash, month = period.partition("-")
    return _("%(month)s/%(year)s, day not fixed yet") % {"month": int(month), "year": year} if month else year
