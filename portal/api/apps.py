from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "portal.api"
    label = "api"
    verbose_name = "REST"

    def ready(self) -> None:
        from portal.api import openapi  # noqa: F401, PLC0415 - registers what the schema generator asks for
