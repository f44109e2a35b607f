"""Routes of the officials' door; mounted at `/console/journal/`."""

from django.urls import path

from exchange.console import journal as console

app_name = "exchange_console"
urlpatterns = [
    path("", console.journal_list, name="journal"),
    path("<int:message_id>/", console.journal_entry, name="journal_entry"),
    path("<int:message_id>/raw/", console.journal_raw, name="journal_raw"),
    path("<int:message_id>/evidence/", console.journal_evidence, name="journal_evidence"),
]
