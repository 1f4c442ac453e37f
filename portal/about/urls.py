"""Addresses that are open to everybody."""

from django.urls import path

from portal.about import views

app_name = "about"
urlpatterns = [
    path("how-this-protects-you/", views.how, name="how"),
    path("appearance/", views.appearance, name="appearance"),
    path("language/", views.language, name="language"),
]
