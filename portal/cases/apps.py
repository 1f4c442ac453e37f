from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from ledger.registry import Erasing

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
        from ledger.registry import register_eraser, register_types  # noqa: PLC0415 - once the apps are ready

        register_types(*ENTRY_TYPES)
        register_eraser(erase_cases)


def erase_cases(erasing: "Erasing") -> None:
    """What a person asked and was answered."""
    erasing.delete("cases_case")
