"""Addresses of whoever holds a share code, under /share/. No code stands in one."""

from django.urls import path

from portal.viewers import views

app_name = "viewers"
urlpatterns = [
    path("", views.knock, name="knock"),
    path("waiting/", views.waiting, name="waiting"),
    path("standing/", views.standing, name="standing"),
    path("record/<slug:category>/", views.record, name="record"),
]
