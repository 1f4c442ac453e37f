"""The sockets. `/ws/notifications/`: portal.live.consumers."""

from django.urls import URLPattern, path

from portal.live.consumers import Notifications

websocket_urlpatterns: list[URLPattern] = [
    path("ws/notifications/", Notifications.as_asgi()),  # type: ignore[arg-type]
]
