"""Letters of the exchange: an enterprise hears that its machine's messages are refused, once until somebody has read it."""

from collections.abc import Sequence

from django.db.models import Count

from exchange.models import Message
from portal import letters
from portal.enums import MemberRole
from portal.selectors import organisation_names

READERS = (MemberRole.ADMINISTRATOR, MemberRole.DECLARANT)


def tell_refusals(message_ids: Sequence[int]) -> int:
    """One letter per enterprise for these refused messages; returns how many people were told."""
    counts = Message.objects.filter(pk__in=list(message_ids)).order_by().values_list("sender_id")
    found = dict(counts.annotate(count=Count("pk")))
    names = organisation_names(found)
    return sum(
        letters.send(
            "exchange.messages_refused",
            organisation_id=organisation_id,
            roles=READERS,
            params={"enterprise": names.get(organisation_id, ""), "count": str(count)},
            link="/enterprise/journal/?state=refused",
            gather=["count"],
        )
        for organisation_id, count in found.items()
    )
