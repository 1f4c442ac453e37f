from django.apps import AppConfig

EXPORTED = "evidence.exported"


class InspectionsConfig(AppConfig):
    name = "portal.inspections"
    label = "auditors"  # as its tables and migrations are called since before it had a folder of its own
    verbose_name = "Verifications, replays and evidence"

    def ready(self) -> None:
        from ledger.registry import register_eraser, register_types  # noqa: PLC0415 - once the apps are ready
        from portal.inspections.erasing import erase_archives  # noqa: PLC0415

        register_types(EXPORTED)
        register_eraser(erase_archives)
