"""Routes of the officials' door; mounted at `/console/parcels/`."""

from django.urls import path

from customs import console

app_name = "customs_console"
urlpatterns = [
    path("", console.parcels, name="parcels"),
    path("events/", console.partner_events, name="partner_events"),
    path("events/file/<slug:file_format>/", console.partner_events_file, name="partner_events_file"),
    path("guarantees/new/", console.new_guarantee, name="register_guarantee"),
]
