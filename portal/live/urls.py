"""The sockets. `/ws/notifications/`: portal.live.consumers."""

from typing import Any

from django.urls import path

from portal.live.consumers import Notifications

# Django's `path` is typed for views; Channels gives it a consumer.
websocket_urlpatterns: list[Any] = [
    path("ws/notifications/", Notifications.as_asgi()),  # type: ignore[arg-type]
]
