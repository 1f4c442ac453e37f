"""`manage.py check_rls`: does row-level security bind every tenant-owned table, and the roles that serve?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from portal.node.isolation import isolation_findings, role_findings


class Command(BaseCommand):
    help = "Fail if a tenant-owned table, a view or a serving role escapes row-level security."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = isolation_findings(connections["default"])
        for alias in ("default", "sequencer"):
            findings += role_findings(connections[alias])
        if findings:
            raise CommandError("\n".join(findings))
        self.stdout.write(
            "Every tenant-owned table is bound to its tenant's scope; no serving role steps around it."
        )
