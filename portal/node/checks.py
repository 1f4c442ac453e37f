"""Start-up checks: an unsafe production setting stops the node with a sentence that says what to set.

Production is whatever has a DATABASE_URL (`settings.LOCAL` is false). The checks of the database run with
`manage.py check --database default`, at each migration, and before the web server takes a request.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from portal.node.isolation import isolation_findings, role_findings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SHORTEST_SECRET = 50
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@register(Tags.security)
def production_settings(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
    """Settings that are convenient at home and dangerous in front of others."""
    if settings.LOCAL:
        return [] if settings.ASSENT_HOST in LOOPBACK else [_LOCAL_IN_PUBLIC]
    return [Error(sentence, hint=hint, id=code) for code, sentence, hint, holds in _RULES if not holds()]


@register(Tags.database)
def durable_database(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """A commit that PostgreSQL acknowledged must survive a power cut: the ledger promises it."""
    if settings.LOCAL or "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(DURABLE)])
        off = sorted(name for name, setting in cursor.fetchall() if setting == "off")
    return [
        Error(f"PostgreSQL runs with {name} = off.", hint=f"Set {name} = on.", id="assent.E020")
        for name in off
    ]


@register(Tags.database)
def isolated_tenants(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Row-level security binds every tenant-owned table and the role that serves."""
    if "default" not in (databases or ()):
        return []
    connection = connections["default"]
    hint = (
        "Serve as assent_app, made by deploy/roles.sql; tables belong to assent_owner (DATABASE_OWNER_URL)."
    )
    roles = [Error(found, hint=hint, id="assent.E021") for found in role_findings(connection)]
    bind = "Add ledger.rls.tenant_policy(...) to the migration that makes the table."
    return [*roles, *(Error(found, hint=bind, id="assent.E022") for found in isolation_findings(connection))]


def _secret_is_long() -> bool:
    try:
        return len(settings.SECRET_KEY) >= SHORTEST_SECRET and not settings.SECRET_KEY.startswith(
            "django-insecure"
        )
    except ImproperlyConfigured:
        return False


def _hosts_are_named() -> bool:
    return bool(settings.ALLOWED_HOSTS) and not any(host.startswith("*") for host in settings.ALLOWED_HOSTS)


def _cookies_are_secure() -> bool:
    return bool(
        settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT
    )


def _processes_can_talk() -> bool:
    return bool(settings.REDIS_URL) or settings.ASSENT_WEB_PROCESSES <= 1


def _origin_is_public() -> bool:
    prefix = settings.ASSENT_LOG_ORIGIN_PREFIX
    host = prefix.split("/", 1)[0].rsplit(":", 1)[0]
    return bool(host) and "://" not in prefix and host not in LOOPBACK


def _people_can_be_named() -> bool:
    return bool(settings.OAUTH2_PROVIDER["OIDC_RSA_PRIVATE_KEY"])


_LOCAL_IN_PUBLIC = Error(
    "A node without DATABASE_URL serves plain HTTP and must stay on loopback.",
    hint="Unset ASSENT_HOST, or set DATABASE_URL and what production needs (deploy/production.env).",
    id="assent.E001",
)
_RULES: list[tuple[str, str, str, Callable[[], bool]]] = [
    (
        "assent.E002",
        "SECRET_KEY is missing or short.",
        f"Set it to {SHORTEST_SECRET} random characters or more, the same in every process.",
        _secret_is_long,
    ),
    (
        "assent.E003",
        "ALLOWED_HOSTS is empty or has a wildcard.",
        "List the host names of this node.",
        _hosts_are_named,
    ),
    (
        "assent.E004",
        "Cookies or pages may travel over plain HTTP.",
        "SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE and SECURE_SSL_REDIRECT must be on.",
        _cookies_are_secure,
    ),
    (
        "assent.E005",
        "DEBUG is on.",
        "Unset DEBUG: error pages show what they were about.",
        lambda: not settings.DEBUG,
    ),
    (
        "assent.E006",
        "Several web processes share no cache, so limits on log-in count each process alone.",
        "Set REDIS_URL, or run one web process (ASSENT_WEB_PROCESSES).",
        _processes_can_talk,
    ),
    (
        "assent.E007",
        "ASSENT_LOG_ORIGIN_PREFIX does not name this node: its logs would be called localhost for ever.",
        "Set it to host and path without a scheme, such as records.example.org/log/.",
        _origin_is_public,
    ),
    (
        "assent.E008",
        "There is no key to sign for applications who somebody is.",
        "Make one, readable by the service only, and name it: openssl genrsa -out FILE 3072; ASSENT_OIDC_KEY_FILE.",
        _people_can_be_named,
    ),
]
