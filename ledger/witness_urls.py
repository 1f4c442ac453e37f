"""This node as a witness, below /witness/."""

from django.urls import path, re_path

from ledger import witness_views

app_name = "witness"
urlpatterns = [
    path("add-checkpoint", witness_views.add_checkpoint, name="add-checkpoint"),
    re_path(r"^(?P<origin_hash>[0-9a-f]{64})/checkpoint$", witness_views.checkpoint, name="checkpoint"),
]
