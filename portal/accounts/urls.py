"""Addresses of one's own account that allauth has none for, under /accounts/."""

from django.urls import path

from portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke/", views.revoke, name="token_revoke"),
]
