"""Addresses of one's own account that allauth has none for, under /accounts/."""

from django.urls import path

from portal.accounts import invitation_views, views

app_name = "accounts"
urlpatterns = [
    path("invitation/", invitation_views.invitation, name="invitation"),
    path("invitation/<slug:place>/<str:link>/", invitation_views.follow, name="invitation_follow"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:token>/revoke/", views.revoke, name="token_revoke"),
]
