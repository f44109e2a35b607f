"""Routes of the enterprise about who may read its data; mounted at `/enterprise/sharing/`."""

from django.urls import path

from exchange.views import sharing

app_name = "own_sharing"
urlpatterns = [path("", sharing.own_sharing, name="own")]
