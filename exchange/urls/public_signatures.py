"""Routes of the public pages about signatures; mounted at `/signature/`."""

from django.urls import path

from exchange.views import signatures

app_name = "signatures"
urlpatterns = [
    path("", signatures.signatures, name="signatures"),
    path("platform.pem", signatures.platform_certificate, name="platform_certificate"),
]
