"""Registers that staff keep: brochure templates and the service catalogue, and the PDFs that failed."""

from django.contrib import admin
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from associations.models import Organisation
from associations.roles.standing import standing_of
from materials.brochures.models import BrochureFile, BrochureTemplate, ServiceOffer


class OfOwnUnion(admin.ModelAdmin):
    """Staff keep the registers of their own union, administrators those of all."""

    def get_queryset(self, request):
        return (
            super().get_queryset(request).filter(union__in=Organisation.objects.staffed_by(request.user).values("pk"))
        )

    def formfield_for_foreignkey(self, field, request, **kwargs):
        if field.name == "union":
            kwargs["queryset"] = Organisation.objects.staffed_by(request.user)
        return super().formfield_for_foreignkey(field, request, **kwargs)

    def works_here(self, request):
        standing = standing_of(request.user)
        return standing.is_administrator or bool(standing.staffed_unions)

    def has_module_permission(self, request):
        return self.works_here(request)

    def has_add_permission(self, request):
        return self.works_here(request)

    def has_view_permission(self, request, obj=None):
        return self.works_here(request)

    def has_change_permission(self, request, obj=None):
        return self.works_here(request)

    def has_delete_permission(self, request, obj=None):
        return standing_of(request.user).is_administrator


@admin.register(BrochureTemplate)
class BrochureTemplateAdmin(OfOwnUnion):
    list_display = ["title", "union", "language", "version", "active"]
    list_filter = ["language", "active"]
    readonly_fields = ["version"]

    def save_model(self, request, obj, form, change):
        """Every change makes a new version, so the PDFs made of the old one are seen to be old."""
        super().save_model(request, obj, form, change)
        if change and form.changed_data:
            BrochureTemplate.objects.filter(pk=obj.pk).update(version=F("version") + 1)


@admin.register(ServiceOffer)
class ServiceOfferAdmin(OfOwnUnion):
    list_display = ["name_fi", "union", "order", "active"]
    list_filter = ["active"]
    search_fields = ["name_fi", "name_sv", "name_en"]


@admin.register(BrochureFile)
class BrochureFileAdmin(admin.ModelAdmin):
    """What was asked for and how it went; a failed one can be queued anew."""

    list_display = ["brochure", "state", "attempts", "error", "pages", "seconds", "requested_at"]
    list_filter = ["state", "language"]
    list_select_related = ["brochure__association"]
    fields = readonly_fields = [
        "brochure",
        "state",
        "attempts",
        "error",
        "error_detail",
        "pages",
        "size",
        "seconds",
        "peak_kb",
        "requested_at",
        "requested_by",
        "started_at",
        "finished_at",
    ]
    actions = ["retry"]

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.user)

    def _works_here(self, request):
        standing = standing_of(request.user)
        return standing.is_administrator or bool(standing.staffed_unions)

    def has_module_permission(self, request):
        return self._works_here(request)

    def has_view_permission(self, request, obj=None):
        return self._works_here(request)

    def has_change_permission(self, request, obj=None):
        return self._works_here(request)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Make again those that failed"))
    def retry(self, request, files):
        for file in files.filter(state=BrochureFile.State.FAILED):
            file.retry(now=timezone.now())
