"""Routes of the machine door; mounted at `/api/v1/`."""

from django.urls import path

from exchange.api.agency import Acknowledge, Decisions, Documents, Tasks
from exchange.api.journal import Evidence, OneMessage, RawMessage
from exchange.api.messages import messages
from exchange.api.outages import Outages, StatementFile, Statements
from exchange.api.pacing import PacedToken
from exchange.api.partners import PartnerEvents, PartnerHeartbeat, PartnerReplay
from exchange.api.receipts import OneReceipt, Receipts
from exchange.api.schema import Schema, SchemaPage, quickstart
from exchange.api.sharing import Grants, Records
from exchange.api.signatures import Diagnose
from exchange.api.webhooks import ActOnWebhook, OneWebhook, Pushes, ReplayWebhook, Webhooks

app_name = "exchange_api"
urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/<int:message_id>/", OneMessage.as_view(), name="message"),
    path("messages/<int:message_id>/raw/", RawMessage.as_view(), name="message_raw"),
    path("messages/<int:message_id>/evidence/", Evidence.as_view(), name="message_evidence"),
    path("receipts/", Receipts.as_view(), name="receipts"),
    path("receipts/<int:receipt_id>/", OneReceipt.as_view(), name="receipt"),
    path("agency/documents/", Documents.as_view(), name="documents"),
    path("agency/tasks/", Tasks.as_view(), name="tasks"),
    path("agency/tasks/ack/", Acknowledge.as_view(), name="tasks_ack"),
    path("agency/decisions/", Decisions.as_view(), name="decisions"),
    path("webhooks/", Webhooks.as_view(), name="webhooks"),
    path("webhooks/<int:webhook_id>/", OneWebhook.as_view(), name="webhook"),
    path("webhooks/<int:webhook_id>/act/", ActOnWebhook.as_view(), name="webhook_act"),
    path("webhooks/<int:webhook_id>/replay/", ReplayWebhook.as_view(), name="webhook_replay"),
    path("webhooks/<int:webhook_id>/pushes/", Pushes.as_view(), name="webhook_pushes"),
    path("signatures/diagnosis/", Diagnose.as_view(), name="signature_diagnosis"),
    path("partner/events/", PartnerEvents.as_view(), name="partner_events"),
    path("partner/replay/", PartnerReplay.as_view(), name="partner_replay"),
    path("partner/heartbeat/", PartnerHeartbeat.as_view(), name="partner_heartbeat"),
    path("agency/records/<str:object_code>/", Records.as_view(), name="records"),
    path("agency/grants/", Grants.as_view(), name="grants"),
    path("outages/", Outages.as_view(), name="outages"),
    path("outages/statements/", Statements.as_view(), name="outage_statements"),
    path(
        "outages/statements/<int:statement_id>/file/", StatementFile.as_view(), name="outage_statement_file"
    ),
    path("oauth/token/", PacedToken.as_view(), name="token"),
    path("schema/", Schema.as_view(), name="schema"),
    path("quickstart/<str:name>", quickstart, name="quickstart"),
    path("docs/", SchemaPage.as_view(url_name="exchange_api:schema"), name="docs"),
]
