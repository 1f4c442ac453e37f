from django.apps import AppConfig

EXPORTED = "evidence.exported"


class InspectionsConfig(AppConfig):
    name = "portal.inspections"
    label = "auditors"  # as its tables and migrations are called since before it had a folder of its own
    verbose_name = "Verifications, replays and evidence"

    def ready(self) -> None:
        from ledger.registry import register_types  # noqa: PLC0415 - once the apps are ready

        register_types(EXPORTED)
