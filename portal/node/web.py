"""The web server of a node: `python -m portal.node.web`. One uvicorn process on ASSENT_HOST:PORT, checked first."""

import gc
import os
import sys
import warnings
from pathlib import Path

from portal.node.lifeline import end_with_parent
from portal.node.postgres import hold_database

GRACE_SECONDS = 5


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    end_with_parent()
    with hold_database():
        _refuse_unsafe()
        _serve()


def _refuse_unsafe() -> None:
    """Every system check, the database's too, before the first request."""
    import django  # noqa: PLC0415 - after the lifeline
    from django.core.checks import run_checks  # noqa: PLC0415
    from django.db import OperationalError  # noqa: PLC0415

    django.setup()
    try:
        wrong = [str(message) for message in run_checks(databases=["default"]) if message.is_serious()]
    except OperationalError as error:
        sys.exit(f"The node does not start: the database does not answer ({error}).")
    if wrong:
        sys.exit("\n".join(["The node does not start:", *wrong]))


def _serve() -> None:
    import uvicorn  # noqa: PLC0415
    from django.conf import settings  # noqa: PLC0415

    from portal.asgi import application  # noqa: PLC0415

    gc.collect()
    gc.freeze()  # what is loaded by now lives as long as this process: the collector need not walk it again
    # WhiteNoise reads its files by a sync iterator, which Django consumes whole: they are small.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    # WhiteNoise warns of a folder that `collectstatic` has not made; a local node needs none.
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    uvicorn.run(
        application,
        host=settings.ASSENT_HOST,
        port=settings.PORT,
        ws="websockets-sansio",
        timeout_graceful_shutdown=GRACE_SECONDS,
        # The access log would hold whole URLs; the ledger is the record of accesses.
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        # Who the client is behind a proxy is settings.SECURE_PROXY_SSL_HEADER's business, and the proxy's.
        proxy_headers=False,
    )


if __name__ == "__main__":
    main()
