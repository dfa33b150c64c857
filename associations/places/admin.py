"""Open data to look at: it changes only by ``load_places``."""

from django.contrib import admin

from associations.places.models import DecisionCycleStep, Election, Municipality, Service, WellbeingRegion


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(WellbeingRegion)
class WellbeingRegionAdmin(ReadOnly):
    list_display = ["code", "name_fi", "name_sv", "population"]
    search_fields = ["code", "name_fi", "name_sv"]


@admin.register(Municipality)
class MunicipalityAdmin(ReadOnly):
    list_display = ["code", "name_fi", "name_sv", "wellbeing_region", "population", "valid_to"]
    list_filter = ["wellbeing_region", "language_status"]
    list_select_related = ["wellbeing_region"]
    search_fields = ["code", "name_fi", "name_sv"]


@admin.register(Service)
class ServiceAdmin(ReadOnly):
    list_display = ["name_fi", "responsible", "legal_basis", "verification"]
    list_filter = ["responsible"]
    search_fields = ["name_fi", "name_sv", "key"]


@admin.register(DecisionCycleStep)
class DecisionCycleStepAdmin(ReadOnly):
    list_display = ["name_fi", "level", "timing_fi", "recurrence"]
    list_filter = ["level", "recurrence"]
    search_fields = ["name_fi", "key"]


@admin.register(Election)
class ElectionAdmin(ReadOnly):
    list_display = ["name_fi", "election_date", "expected_period", "status", "date_basis"]
    list_filter = ["election_type", "status"]
    search_fields = ["name_fi", "key"]
