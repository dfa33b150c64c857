"""People in the administration site. Logging in there goes through the same door as everywhere."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin

from accounts import sessions
from accounts.models import User

# Django's own form knows neither the limits nor the second step.
admin.site.login = secure_admin_login(admin.site.login)


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """A password is never seen or set here: people choose their own through a letter."""

    list_display = ["email", "name", "language", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "language"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["date_joined", "last_login"]
    fields = ["email", "name", "phone", "language", "is_active", "is_staff", "is_superuser", *readonly_fields]

    def get_readonly_fields(self, request, obj=None):
        kept = list(self.readonly_fields)
        if obj:
            # Whoever holds the address can log in: its owner changes it, with a code sent there.
            kept.append("email")
        if not request.user.is_superuser:
            kept += ["is_staff", "is_superuser"]
        return kept

    def has_change_permission(self, request, obj=None):
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        if change:
            if form.changed_data:
                obj.save(update_fields=form.changed_data)
            if "is_active" in form.changed_data and not obj.is_active:
                # Opened again later, the account must not let in whoever was logged in today.
                sessions.end_all(obj)
        else:
            obj.set_unusable_password()
            obj.save()
