from django.contrib import admin

from associations.organisations.models import NetworkMembership, Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name_fi", "kind", "parent", "home_municipality", "ended_on"]
    list_filter = ["kind", "ended_on"]
    list_select_related = ["parent", "home_municipality"]
    search_fields = ["name_fi", "name_sv", "short_name"]
    autocomplete_fields = ["parent", "home_municipality", "municipalities", "wellbeing_regions"]
    readonly_fields = ["union"]
    show_full_result_count = False


@admin.register(NetworkMembership)
class NetworkMembershipAdmin(admin.ModelAdmin):
    list_display = ["network", "member", "joined_on", "left_on"]
    list_select_related = ["network", "member"]
    search_fields = ["network__name_fi", "member__name_fi"]
    autocomplete_fields = ["network", "member"]
