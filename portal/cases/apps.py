from django.apps import AppConfig

ENTRY_TYPES = (
    "question.asked",
    "question.answered",
    "correction.requested",
    "correction.extended",
    "correction.accepted",
    "correction.denied",
    "correction.disagreed",
)


class CasesConfig(AppConfig):
    name = "portal.cases"
    label = "cases"
    verbose_name = "Questions and corrections"

    def ready(self) -> None:
        from ledger.registry import register_types  # noqa: PLC0415 - once the apps are ready

        register_types(*ENTRY_TYPES)
