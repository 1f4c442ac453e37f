"""One PostgreSQL database, three roles: the app serves, the owner migrates, the sequencer writes the ledger."""

from typing import Any

from psycopg import IsolationLevel

from portal.node.postgres import embedded_location
from portal.settings.environment import LOCAL, VAR_DIR, env

_ROLES = {"default": "assent_app", "owner": "assent_owner", "sequencer": "assent_sequencer"}
_URLS = {"default": "DATABASE_URL", "owner": "DATABASE_OWNER_URL", "sequencer": "DATABASE_SEQUENCER_URL"}
_POOL = {"min_size": 2, "max_size": env.int("ASSENT_POOL_SIZE", default=20), "timeout": 10}


def _connection(alias: str) -> dict[str, Any]:
    if LOCAL:
        location = embedded_location(VAR_DIR)
        parameters: dict[str, Any] = {"NAME": "assent", "HOST": str(location.socket), "USER": _ROLES[alias]}
    else:
        parameters = env.db(_URLS[alias], default=env.str("DATABASE_URL"))
    options: dict[str, Any] = dict(parameters.pop("OPTIONS", {}))
    if alias == "default":
        options["pool"] = _POOL
    # Whatever the server's default: a repeatable read would take its snapshot before it waits for a person's lock,
    # and then decide by a contract that was revoked meanwhile.
    options["isolation_level"] = IsolationLevel.READ_COMMITTED
    # Statements that are run often are planned once. Behind a transaction pooler, set it to 0: never.
    options["prepare_threshold"] = env.int("ASSENT_PREPARE_THRESHOLD", default=5) or None
    # Only a statement whose parameters travel beside it is the same text twice.
    options["server_side_binding"] = options["prepare_threshold"] is not None
    return {**parameters, "ENGINE": "django.db.backends.postgresql", "OPTIONS": options}


DATABASES = {alias: _connection(alias) for alias in _ROLES}
DATABASE_ROUTERS = ["portal.node.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
