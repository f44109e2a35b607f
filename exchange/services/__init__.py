"""What the exchange does: take messages, hand out receipts, give tasks to agencies and take their decisions."""

from exchange.services.agency import AgencyDecision, open_task, open_tasks, register_decision_handler
from exchange.services.opendata import DataColumn, Dataset, register_dataset
from exchange.services.partners import Reporter, Stored, register_contract
from exchange.services.raw import message_body
from exchange.services.receiving import Acceptance, KeyReused, Sender, TryLater, receive_message
from exchange.services.records import SharedRecord, register_source, values_of

__all__ = [
    "Acceptance",
    "AgencyDecision",
    "DataColumn",
    "Dataset",
    "KeyReused",
    "Reporter",
    "Sender",
    "SharedRecord",
    "Stored",
    "TryLater",
    "message_body",
    "open_task",
    "open_tasks",
    "receive_message",
    "register_contract",
    "register_dataset",
    "register_decision_handler",
    "register_source",
    "values_of",
]
