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

    # An administrator's role is everything in the portal: only a superuser gives or takes it.

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or obj.kind != Role.Kind.ADMINISTRATOR)

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (request.user.is_superuser or obj is None or obj.kind != Role.Kind.ADMINISTRATOR)

    def formfield_for_choice_field(self, db_field, request, **words):
        if db_field.name == "kind" and not request.user.is_superuser:
            words["choices"] = [choice for choice in Role.Kind.choices if choice[0] != Role.Kind.ADMINISTRATOR]
        return super().formfield_for_choice_field(db_field, request, **words)
