from django.contrib import admin

from associations.roles.models import Role


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ["person", "kind", "organisation", "starts_on", "ends_on"]
    list_filter = ["kind"]
    list_select_related = ["person", "organisation"]
    date_hierarchy = "starts_on"
    search_fields = ["person__name", "person__email", "organisation__name_fi"]
    autocomplete_fields = ["person", "organisation", "regions"]
    show_full_result_count = False
