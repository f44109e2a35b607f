"""SMS: handed to the platform as tasks, reported back as decisions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db import transaction

from exchange.agencies.sms.adapter import payload, step_and_error
from exchange.agencies.sms.codes import AGENCY
from exchange.enums import TaskKind
from exchange.services.agency import AgencyDecision, open_tasks
from portal.errors import Refusal
from portal.letters_delivery import take_text_messages, text_messages_answered


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


def take_reports(decisions: Sequence[AgencyDecision]) -> Mapping[int, Refusal]:
    """Handler of SMS_SEND decisions: deliveries end as delivered, failed or unclear; a late report changes nothing."""
    same: dict[tuple[str, str], list[int]] = defaultdict(list)
    for decision in decisions:
        same[step_and_error(decision.detail)].append(decision.subject_id)
    for (step, error), deliveries in same.items():
        text_messages_answered(deliveries, step, error)
    return {}
