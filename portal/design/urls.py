from django.urls import path

from portal.design import views

app_name = "design"
urlpatterns = [path("", views.styleguide, name="styleguide")]
