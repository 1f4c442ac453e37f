"""Which database alias does what: everything migrates on `owner`, so no other role owns a table."""

from typing import Any


class OwnerMigrates:
    """Reads and writes are routed by `using`; only migration is decided here."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
