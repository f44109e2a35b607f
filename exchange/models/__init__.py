"""What the post office keeps: the journal, receipts, tasks of agencies, delivery notes, webhooks, certificates, checks of signatures,
grants of data, open data, outages and statements about them."""

from exchange.models.agency import AgencyTask, IdempotentAnswer, SharedDocument
from exchange.models.journal import Message
from exchange.models.opendata import OpenDataset
from exchange.models.outage import Outage, OutageStatement
from exchange.models.partner import PartnerConnection, PartnerEvent, QuarantinedEvent
from exchange.models.receipt import FeedPosition, Outbox, Receipt
from exchange.models.sharing import GrantVersion, SharingGrant
from exchange.models.signature import SignatureCheck, SignerCertificate
from exchange.models.unclear import CodeMeaning, UnclearAnswer
from exchange.models.webhook import Webhook, WebhookAttempt, WebhookPosition, WebhookPush

__all__ = [
    "AgencyTask",
    "CodeMeaning",
    "FeedPosition",
    "GrantVersion",
    "IdempotentAnswer",
    "Message",
    "OpenDataset",
    "Outage",
    "OutageStatement",
    "Outbox",
    "PartnerConnection",
    "PartnerEvent",
    "QuarantinedEvent",
    "Receipt",
    "SharedDocument",
    "SharingGrant",
    "SignatureCheck",
    "SignerCertificate",
    "UnclearAnswer",
    "Webhook",
    "WebhookAttempt",
    "WebhookPosition",
    "WebhookPush",
]
