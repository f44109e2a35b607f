"""Routes of the machine door; mounted at `/api/v1/`."""

from django.urls import path
from oauth2_provider.views import TokenView

from exchange.api.agency import Acknowledge, Decisions, Tasks
from exchange.api.journal import OneMessage, RawMessage
from exchange.api.messages import messages
from exchange.api.receipts import OneReceipt, Receipts
from exchange.api.schema import Schema, SchemaPage

app_name = "exchange_api"
urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/<int:message_id>/", OneMessage.as_view(), name="message"),
    path("messages/<int:message_id>/raw/", RawMessage.as_view(), name="message_raw"),
    path("receipts/", Receipts.as_view(), name="receipts"),
    path("receipts/<int:receipt_id>/", OneReceipt.as_view(), name="receipt"),
    path("agency/tasks/", Tasks.as_view(), name="tasks"),
    path("agency/tasks/ack/", Acknowledge.as_view(), name="tasks_ack"),
    path("agency/decisions/", Decisions.as_view(), name="decisions"),
    path("oauth/token/", TokenView.as_view(), name="token"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", SchemaPage.as_view(url_name="exchange_api:schema"), name="docs"),
]
