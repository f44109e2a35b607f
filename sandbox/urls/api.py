"""Routes of the machine door; mounted at `/api/v1/sandbox/`."""

from django.urls import path

from sandbox.api.tenants import OneTenant, Reset, Samples, Secrets, Tenants

app_name = "sandbox_api"
urlpatterns = [
    path("tenants/", Tenants.as_view(), name="tenants"),
    path("tenants/<str:uscc>/", OneTenant.as_view(), name="tenant"),
    path("tenants/<str:uscc>/secrets/", Secrets.as_view(), name="secrets"),
    path("tenants/<str:uscc>/reset/", Reset.as_view(), name="reset"),
    path("tenants/<str:uscc>/samples/<slug:scenario>/", Samples.as_view(), name="samples"),
]
