"""How Assent looks: template tags, server-drawn charts and the style guide. It knows no records and no ledger."""

from django.apps import AppConfig


class DesignConfig(AppConfig):
    name = "portal.design"
    label = "design"
