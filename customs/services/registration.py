"""What customs brings to the exchange: the messages it takes and the receipts it gives."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from customs.messages.checking import read
from customs.messages.codec import Message, Parsed
from customs.messages.faults import MessageError
from customs.models.documents import taken_in
from customs.pipeline.record import TAX_BILL_MESSAGE, TAX_STATE_MESSAGE
from customs.services.deciding import take_inspection_result
from customs.services.duty import take_duty_receipt
from customs.services.identity import take_answers
from customs.services.logistics import LOGISTICS, store_events
from customs.services.official_codes import WRONG_PARAMETER
from customs.services.payment_data import PAYMENT_DATA, store_payments
from customs.services.quarantine import take_verdict
from customs.services.receipts import describe_receipts, write_format_receipts, write_receipts
from customs.services.storing import sort_documents, store_documents
from customs.services.summary_answers import take_declaration_answer
from customs.services.summary_notices import RESULT, describe_results, write_results
from customs.services.tax_messages import describe_bills, write_bill_states, write_bills
from customs.services.warehouse_stock import STOCK, store_stock
from exchange.enums import TaskKind
from exchange.messages import EXPORT_PORT, IMPORT_PORT, MessageType, ReceiptType, register
from exchange.services import register_contract, register_decision_handler
from portal.selectors import code_set


def register_messages() -> None:
    """Called once from `CustomsConfig.ready()`."""
    register(messages=[message_type(message) for message in taken_in()], receipts=receipt_types())


def register_handlers() -> None:
    """Who takes the decisions of other agencies. Called once from `CustomsConfig.ready()`."""
    register_decision_handler(TaskKind.IDENTITY_CHECK, take_answers)
    register_decision_handler(TaskKind.INSPECTION, take_inspection_result)
    register_decision_handler(TaskKind.QUARANTINE, take_verdict)
    register_decision_handler(TaskKind.DUTY, take_duty_receipt)
    register_decision_handler(TaskKind.DECLARATION, take_declaration_answer)


def register_contracts() -> None:
    """By which contracts partners' systems report. Called once from `CustomsConfig.ready()`."""
    register_contract(LOGISTICS, store_events)
    register_contract(STOCK, store_stock)
    register_contract(PAYMENT_DATA, store_payments)


def message_type(message: Message) -> MessageType:
    """The message as the exchange wants it."""
    return MessageType(
        code=message.code,
        parameter_code=WRONG_PARAMETER[message.code],
        read=partial(read_document_message, message),
        store=store_documents,
        sort=sort_documents,
    )


def read_document_message(message: Message, root: Any) -> tuple[Parsed | None, Sequence[MessageError]]:
    """Check and read against the platform's code tables."""
    return read(message, root, code_set)


def receipt_types() -> list[ReceiptType]:
    """One per receipt message, CEB792 with the results of summarising, tax bills and their states, CEB900 for messages refused as a whole."""
    answers = [
        ReceiptType(
            message.receipt,
            partial(describe_receipts, message),
            partial(write_receipts, message),
            IMPORT_PORT if message.direction == "I" else EXPORT_PORT,
        )
        for message in taken_in()
    ]
    return [
        *answers,
        ReceiptType(TAX_BILL_MESSAGE, describe_bills, write_bills),
        ReceiptType(TAX_STATE_MESSAGE, describe_bills, write_bill_states),
        ReceiptType(RESULT, describe_results, write_results),
        ReceiptType("CEB900Message", lambda lines: {line.id: [] for line in lines}, write_format_receipts),
    ]
