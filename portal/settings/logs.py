"""Logs go to standard error, one line each, without addresses: a path or a query string may name a patient."""

from logging import LogRecord
from typing import Any


def without_address(record: LogRecord) -> bool:
    """Write the route where Django would write the path of a request, in whichever logger. Lets every line through."""
    request: Any = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path and isinstance(record.args, tuple):
        match = getattr(request, "resolver_match", None)
        route = match.route if match else "an unknown address"
        written = {path, path.encode("unicode_escape").decode("ascii")}  # as Django escapes what it logs
        record.args = tuple(route if part in written else part for part in record.args)
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "without_address": {"()": "django.utils.log.CallbackFilter", "callback": without_address},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["without_address"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # Django's own handlers write and mail whole requests.
        "django": {"handlers": [], "propagate": True},
        # uvicorn's access log writes whole URLs.
        "uvicorn.access": {"handlers": [], "propagate": False},
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
