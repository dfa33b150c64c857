from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "advocacy_portal"

    def ready(self):
        from advocacy_portal.home.handover.letters import register_kinds

        register_kinds()
