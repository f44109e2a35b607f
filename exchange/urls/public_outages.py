"""Routes of the public list of outages; mounted at `/status/outages/`."""

from django.urls import path

from exchange.views import outages

app_name = "outages"
urlpatterns = [
    path("", outages.outage_list, name="list"),
    path("outages.csv", outages.outage_file, name="file"),
]
