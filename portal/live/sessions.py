"""Whether the browser session behind a socket is still logged in, and telling sockets at once when it is not."""

import hashlib
from importlib import import_module
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.signals import user_logged_out
from django.db import connection
from django.dispatch import receiver
from django.http import HttpRequest

CHANNEL = "assent_session"


def still_logged_in(session_key: str, user_id: UUID) -> bool:
    """Read anew from the store: a session that was ended, or whose password changed, is nobody's."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user.is_authenticated and user.pk == user_id


def session_name(session_key: str) -> str:
    """What a session is called in the database's notifications and in groups, where its key must not stand."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


@receiver(user_logged_out)
def tell_sockets(sender: object, request: HttpRequest | None, **kwargs: Any) -> None:
    """Every web process hears it and closes the sockets of that session.

    Logging out is no record access, so that PostgreSQL's notify lock holds up nobody here.
    """
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if session_key:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, session_name(session_key)])
