"""The sockets, and the first two as event streams. Notifications: portal.live.consumers. Charts: portal.live.charts.
`/ws/subscriptions/`, for programs: portal.live.subscriptions."""

from typing import Any

from django.urls import path

from portal.live.charts import OpenChart
from portal.live.consumers import Notifications
from portal.live.events import as_events
from portal.live.subscriptions import SubscriptionSocket

CHART = "chart/<slug:place>/<slug:custodian>/<uuid:person>/<slug:part>/"

# Django's `path` is typed for views; Channels gives it a consumer.
websocket_urlpatterns: list[Any] = [
    path("ws/notifications/", Notifications.as_asgi()),  # type: ignore[arg-type]
    path(f"ws/{CHART}", OpenChart.as_asgi()),  # type: ignore[arg-type]
]
# Where a token counts and no cookie, so that no Origin has to be checked.
program_urlpatterns: list[Any] = [
    path("ws/subscriptions/", SubscriptionSocket.as_asgi()),  # type: ignore[arg-type]
]

app_name = "live"
urlpatterns = [
    path("events/", as_events(Notifications, cursor=True), name="events"),
    path(CHART, as_events(OpenChart, cursor=False), name="chart"),
]
