from django.apps import AppConfig

VIEWED, CHANGED = "patterns.viewed", "patterns.changed"


class PatternsConfig(AppConfig):
    name = "portal.patterns"
    label = "patterns"
    verbose_name = "Patterns worth a look"

    def ready(self) -> None:
        from ledger.registry import register_types  # noqa: PLC0415 - once the apps are ready

        register_types(VIEWED, CHANGED)
