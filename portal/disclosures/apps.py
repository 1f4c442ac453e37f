from django.apps import AppConfig

ENTRY_TYPES = ("disclosures.accounted",)


class DisclosuresConfig(AppConfig):
    name = "portal.disclosures"
    label = "disclosures"
    verbose_name = "Accounting of disclosures"

    def ready(self) -> None:
        from ledger.registry import register_types  # noqa: PLC0415 - once the apps are ready

        register_types(*ENTRY_TYPES)
