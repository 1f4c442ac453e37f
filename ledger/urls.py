"""What a log shows to everybody, below /log/."""

from django.urls import path

from ledger import publication_views, views

app_name = "ledger"
urlpatterns = [
    path("<slug:name>/checkpoint", views.checkpoint, name="checkpoint"),
    path("<slug:name>/publications", publication_views.as_text, name="publications"),
    path("<slug:name>/publications.json", publication_views.as_json, name="publications-json"),
    path("<slug:name>/publications/<int:size>.svg", publication_views.as_code, name="publication-code"),
    path("<slug:name>/tile/<path:path>", views.tile, name="tile"),
]
