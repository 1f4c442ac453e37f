"""Start-up checks of the ledger."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from ledger.anchoring import trusted_roots
from ledger.entry import check_origin
from ledger.errors import FormatError, LedgerError
from ledger.outbound import check_url

APPEND_ONLY = ("ledger_entry", "ledger_sequenced", "ledger_tile", "ledger_checkpoint", "ledger_cosignature")
MAY_CHANGE = """
SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s)
  AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
"""


@register(Tags.security)
def node_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Only a local node makes its own key: elsewhere a new one would leave what is stored closed for ever."""
    if settings.LOCAL or settings.ASSENT_NODE_KEY_FILE.exists():
        return []
    return [
        Error(
            f"There is no node key at {settings.ASSENT_NODE_KEY_FILE}.",
            hint="Make one with `manage.py create_node_key`, or put yours there with mode 0600.",
            id="ledger.E001",
        )
    ]


@register(Tags.security)
def erasure_generations(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """As with the node's key: others than those of before would leave what is stored closed for ever."""
    if settings.LOCAL or settings.ASSENT_ERASURE_FILE.exists():
        return []
    return [
        Error(
            f"There are no erasure generations at {settings.ASSENT_ERASURE_FILE}.",
            hint="Make them with `manage.py create_node_key`, and bring the keys of before under them with"
            " `manage.py rotate_keys --generation`; or put yours there with mode 0600.",
            id="ledger.E006",
        )
    ]


@register(Tags.security)
def origin_prefix(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A log is named for ever by what it was opened as."""
    try:
        check_origin(settings.ASSENT_LOG_ORIGIN_PREFIX + "name")
        if settings.ASSENT_LOG_ORIGIN_PREFIX:
            return []
    except FormatError:
        pass
    return [
        Error(
            "ASSENT_LOG_ORIGIN_PREFIX does not name this node's logs.",
            hint="Set it to the address without scheme under which they are published: assent.example/log/",
            id="ledger.E002",
        )
    ]


@register(Tags.security)
def timestamp_authorities(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A timestamp counts only by a root that somebody chose to trust, and is asked for over HTTPS."""
    if not settings.ASSENT_TIMESTAMP_AUTHORITIES:
        return []
    try:
        for url in settings.ASSENT_TIMESTAMP_AUTHORITIES:
            check_url(url)
        if trusted_roots():
            return []
        sentence = "ASSENT_TIMESTAMP_ROOTS names no root certificate to believe the authorities by."
    except (LedgerError, OSError) as error:
        sentence = f"The timestamping authorities cannot be asked: {error}"
    hint = "Set ASSENT_TIMESTAMP_AUTHORITIES to https URLs and ASSENT_TIMESTAMP_ROOTS to a PEM file of their roots."
    return [Error(sentence, hint=hint, id="ledger.E005")]


@register(Tags.database)
def append_only(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """The role that serves must not be able to write what it only reads."""
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(MAY_CHANGE, [list(APPEND_ONLY)])
        tables = sorted(name for (name,) in cursor.fetchall())
    return [
        Error(
            f"The app's database role may write {table}.",
            hint="Let the app connect as assent_app, and run the migrations as assent_owner.",
            id="ledger.E003",
        )
        for table in tables
    ]
