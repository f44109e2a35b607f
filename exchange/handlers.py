"""What the exchange does when the platform tells that something has happened."""

from exchange.events import MESSAGES_REFUSED, SIGNATURES_REFUSED
from exchange.services.telling import tell_bad_signatures, tell_refusals
from exchange.services.texting import hand_over_text_messages
from portal.events import handles
from portal.letters import SMS_DUE


@handles(SMS_DUE)
def hand_over(delivery_ids: list[int]) -> None:
    """SMS of letters that were committed."""
    hand_over_text_messages(delivery_ids)


@handles(MESSAGES_REFUSED)
def tell_of_refusals(message_ids: list[int]) -> None:
    """The enterprise whose machine sent them."""
    tell_refusals(message_ids)


@handles(SIGNATURES_REFUSED)
def tell_of_bad_signatures(message_ids: list[int]) -> None:
    """The enterprise that sent them."""
    tell_bad_signatures(message_ids)
