"""Routes of the enterprise door; mounted at `/enterprise/journal/`."""

from django.urls import path

from exchange import views

app_name = "exchange"
urlpatterns = [
    path("", views.journal_list, name="journal"),
    path("<int:message_id>/", views.journal_entry, name="journal_entry"),
    path("<int:message_id>/raw/", views.journal_raw, name="journal_raw"),
]
