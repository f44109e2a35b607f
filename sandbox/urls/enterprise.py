"""Routes of the enterprise door; mounted at `/enterprise/sandbox/`."""

from django.urls import path

from sandbox import views

app_name = "sandbox"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("open/", views.opening, name="open"),
    path("secrets/", views.renewing, name="secrets"),
    path("reset/", views.resetting, name="reset"),
    path("samples/<slug:scenario>/", views.samples, name="samples"),
]
