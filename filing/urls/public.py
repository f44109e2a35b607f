"""Public routes of filing: a company registers itself."""

from django.urls import path

from filing.views import registering

app_name = "filing_public"
urlpatterns = [
    path("register/", registering.register, name="register"),
    path("register/again/", registering.again, name="again"),
    path("register/company/", registering.company, name="company"),
    path("register/company/registry/", registering.registry, name="registry"),
    path("register/person/", registering.person, name="person"),
    path("register/sent/", registering.sent, name="sent"),
    path("register/confirm/<str:token>/", registering.confirm, name="confirm"),
]
