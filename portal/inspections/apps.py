from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "portal.inspections"
    label = "auditors"  # as its tables and migrations are called since before it had a folder of its own
    verbose_name = "Verifications and replays"
