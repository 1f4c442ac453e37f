"""The sockets. `/ws/notifications/`: portal.live.consumers. `/ws/chart/`: portal.live.charts. `/ws/subscriptions/`, for
programs: portal.live.subscriptions."""

from typing import Any

from django.urls import path

from portal.live.charts import OpenChart
from portal.live.consumers import Notifications
from portal.live.subscriptions import SubscriptionSocket

# Django's `path` is typed for views; Channels gives it a consumer.
websocket_urlpatterns: list[Any] = [
    path("ws/notifications/", Notifications.as_asgi()),  # type: ignore[arg-type]
    path(
        "ws/chart/<slug:place>/<slug:custodian>/<uuid:person>/<slug:part>/",
        OpenChart.as_asgi(),  # type: ignore[arg-type]
    ),
]
# Where a token counts and no cookie, so that no Origin has to be checked.
program_urlpatterns: list[Any] = [
    path("ws/subscriptions/", SubscriptionSocket.as_asgi()),  # type: ignore[arg-type]
]
