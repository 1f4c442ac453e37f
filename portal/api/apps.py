from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"
    verbose_name = "REST"

    def ready(self) -> None:
        from ledger.services import register_gate  # noqa: PLC0415 - these need the models
        from portal.api import openapi  # noqa: F401, PLC0415 - registers what the schema generator asks for
        from portal.api.entry_bundles import let_in  # noqa: PLC0415

        register_gate(let_in)
