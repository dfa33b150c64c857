from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from associations.checks import letters as check_letters

        check_letters.register_kinds()
        from associations.joining import letters as joining_letters

        joining_letters.register_kinds()
