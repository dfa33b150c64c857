from django.contrib import admin

from events.calendar.models import Event
from events.registrations.models import Registration


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    list_display = ["title", "kind", "organiser", "starts_at", "state", "seats_taken", "capacity"]
    list_filter = ["state", "kind"]
    search_fields = ["title"]
    list_select_related = ["organiser"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        # A whole-row save would undo seats taken meanwhile, and tell nobody: the portal's own pages do it.
        return False

    def has_delete_permission(self, request, obj=None):
        # People hold letters about it: it is cancelled, never deleted.
        return False


@admin.register(Registration)
class RegistrationAdmin(admin.ModelAdmin):
    list_display = ["name", "event", "state", "number", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "email", "event__title"]
    list_select_related = ["event"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        # Seats are taken and freed by the portal's own verbs only.
        return False

    def has_delete_permission(self, request, obj=None):
        return False
