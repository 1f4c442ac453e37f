"""The node: embedded database, roles, process group, start-up checks."""

from django.apps import AppConfig


class NodeConfig(AppConfig):
    name = "portal.node"
    label = "node"

    def ready(self) -> None:
        from portal.node import checks  # noqa: F401, PLC0415 - registers the checks
