"""The node's own addresses, and the read that is held against the gated one."""

from django.urls import path

from bench.plain import plain_read, plain_search
from portal.urls import urlpatterns as portal

urlpatterns = [
    path("bench/plain/<slug:tenant>/<str:type>/<str:id>", plain_read),
    path("bench/plain-search/<slug:tenant>/<str:type>/<str:patient>", plain_search),
    *portal,
]
