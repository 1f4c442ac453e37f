from django.apps import AppConfig

ENTRY_TYPES = ("application.admitted", "application.removed", "application.connected", "application.narrowed")


class SmartConfig(AppConfig):
    name = "portal.smart"
    label = "smart"
    verbose_name = "Applications"

    def ready(self) -> None:
        from ledger.registry import register_eraser, register_types  # noqa: PLC0415 - once the apps are ready
        from portal.smart.erasing import erase_connections  # noqa: PLC0415

        register_types(*ENTRY_TYPES)
        register_eraser(erase_connections)
