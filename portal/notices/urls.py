"""Where one says what one wants to be told."""

from django.urls import path

from portal.notices import views

app_name = "notices"
urlpatterns = [path("notices/", views.notices, name="notices")]
