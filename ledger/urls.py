"""What a log shows to everybody, below /log/."""

from django.urls import path

from ledger import views

app_name = "ledger"
urlpatterns = [
    path("<slug:name>/checkpoint", views.checkpoint, name="checkpoint"),
    path("<slug:name>/tile/<path:path>", views.tile, name="tile"),
]
