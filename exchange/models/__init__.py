"""What the post office keeps: the journal, receipts, tasks of agencies, delivery notes."""

from exchange.models.agency import AgencyTask, IdempotentAnswer
from exchange.models.journal import Message
from exchange.models.receipt import FeedPosition, Outbox, Receipt

__all__ = ["AgencyTask", "FeedPosition", "IdempotentAnswer", "Message", "Outbox", "Receipt"]
