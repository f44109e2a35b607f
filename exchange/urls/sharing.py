"""Routes of officials about grants of data; mounted at `/console/sharing/`."""

from django.urls import path

from exchange.console import partners, sharing

app_name = "sharing"
urlpatterns = [
    path("", sharing.grant_list, name="grants"),
    path("partners/", partners.partner_list, name="partners"),
    path("ask/", sharing.ask, name="ask"),
    path("<int:grant_id>/", sharing.grant_page, name="grant"),
    path("<int:grant_id>/step/", sharing.step, name="step"),
]
