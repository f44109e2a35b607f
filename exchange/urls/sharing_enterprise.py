"""Routes of the enterprise about who may read its data and what its systems report; mounted at `/enterprise/`."""

from django.urls import path

from exchange.views import partners, sharing

app_name = "own_sharing"
urlpatterns = [
    path("sharing/", sharing.own_sharing, name="own"),
    path("partners/", partners.own_partners, name="partners"),
]
