from django.apps import AppConfig

ENTRY_TYPES = (
    "access.permitted",
    "access.denied",
    "access.repeated",
    "access.emergency",
    "access.failed",
    "record.imported",
    "record.created",
    "record.updated",
    "record.deleted",
    "record.tampered",
)


class RecordsConfig(AppConfig):
    name = "portal.records"
    label = "records"
    verbose_name = "Records"

    def ready(self) -> None:
        from consent.sources import register_open  # noqa: PLC0415
        from ledger.services import (  # noqa: PLC0415 - they need the models
            register_eraser,
            register_types,
            register_verifier,
        )
        from portal.records.erasing import erase_records  # noqa: PLC0415
        from portal.records.open_events import open_between  # noqa: PLC0415
        from portal.records.verifying import verify_records  # noqa: PLC0415

        register_types(*ENTRY_TYPES)
        register_verifier(verify_records)
        register_eraser(erase_records)
        register_open(open_between)
