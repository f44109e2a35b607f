"""Routes of agency agreements behind the enterprise door; mounted at `/enterprise/agreements/`."""

from django.urls import path

from filing.views import agreements

app_name = "agreements"
urlpatterns = [
    path("", agreements.agreements, name="list"),
    path("offer/", agreements.offer, name="offer"),
    path("<int:agreement_id>/", agreements.one, name="one"),
    path("<int:agreement_id>/answer/", agreements.answer, name="answer"),
]
