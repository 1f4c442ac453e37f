from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "portal.live"
    label = "live"
    verbose_name = "Live notifications"

    def ready(self) -> None:
        from portal.live import sessions  # noqa: F401, PLC0415 - connects the signal of logging out
