from django.apps import AppConfig


class AuditorsConfig(AppConfig):
    name = "portal.auditors"
    label = "auditors"
