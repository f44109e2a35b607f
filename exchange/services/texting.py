"""SMS: handed to the platform as tasks, reported back as decisions."""

from collections.abc import Sequence

from django.db import transaction

from exchange.agencies.sms.adapter import payload, step_and_error
from exchange.agencies.sms.codes import AGENCY
from exchange.enums import TaskKind
from exchange.services.agency import AgencyDecision, open_tasks
from portal.letters_delivery import take_text_messages, text_message_answered


@transaction.atomic
def hand_over_text_messages(delivery_ids: Sequence[int]) -> int:
    """One task for each message that was not handed over before; returns how many."""
    messages = take_text_messages(delivery_ids)
    open_tasks(
        agency_code=AGENCY,
        kind=TaskKind.SMS_SEND,
        payloads=[(one.delivery_id, payload(one.phone, one.text)) for one in messages],
    )
    return len(messages)


def take_report(decision: AgencyDecision) -> None:
    """Handler of SMS_SEND decisions: the delivery ends as delivered, failed or unclear; a late report changes nothing."""
    step, error = step_and_error(decision.detail)
    text_message_answered(decision.subject_id, step, error)
