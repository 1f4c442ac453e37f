"""Where a supervisor asks how the node is."""

from django.urls import path

from portal.node import health, metrics

urlpatterns = [
    path("livez", health.live, name="livez"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
