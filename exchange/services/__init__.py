"""What the exchange does: take messages, hand out receipts, give tasks to agencies and take their decisions."""

from exchange.services.agency import AgencyDecision, open_task, open_tasks, register_decision_handler
from exchange.services.raw import message_body
from exchange.services.receiving import Acceptance, KeyReused, Sender, TryLater, receive_message

__all__ = [
    "Acceptance",
    "AgencyDecision",
    "KeyReused",
    "Sender",
    "TryLater",
    "message_body",
    "open_task",
    "open_tasks",
    "receive_message",
    "register_decision_handler",
]
