"""What the post office keeps: the journal, receipts, tasks of agencies, delivery notes, webhooks, certificates, checks of signatures."""

from exchange.models.agency import AgencyTask, IdempotentAnswer, SharedDocument
from exchange.models.journal import Message
from exchange.models.receipt import FeedPosition, Outbox, Receipt
from exchange.models.signature import SignatureCheck, SignerCertificate
from exchange.models.unclear import CodeMeaning, UnclearAnswer
from exchange.models.webhook import Webhook, WebhookAttempt, WebhookPosition, WebhookPush

__all__ = [
    "AgencyTask",
    "CodeMeaning",
    "FeedPosition",
    "IdempotentAnswer",
    "Message",
    "Outbox",
    "Receipt",
    "SharedDocument",
    "SignatureCheck",
    "SignerCertificate",
    "UnclearAnswer",
    "Webhook",
    "WebhookAttempt",
    "WebhookPosition",
    "WebhookPush",
]
