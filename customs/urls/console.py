"""Routes of the officials' door; mounted at `/console/parcels/`."""

from django.urls import path

from customs import console

app_name = "customs_console"
urlpatterns = [
    path("", console.parcels, name="parcels"),
    path("guarantees/new/", console.new_guarantee, name="register_guarantee"),
]
