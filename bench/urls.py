"""The node's own addresses, and the reads that its gated ones are held against."""

from django.urls import path

from bench.plain import PlainInstance, PlainSearch
from portal.urls import urlpatterns as portal

urlpatterns = [
    path("bench/<slug:tenant>/<str:kind>/<str:key>", PlainInstance.as_view()),
    path("bench/<slug:tenant>/<str:kind>", PlainSearch.as_view()),
    *portal,
]
