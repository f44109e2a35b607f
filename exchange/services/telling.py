"""Letters of the exchange: an enterprise hears that its messages or their signatures are refused, once until somebody has read it."""

from collections.abc import Sequence

from django.db.models import Count

from exchange.models import Message, Webhook
from portal import letters
from portal.enums import MemberRole, PostRole
from portal.selectors import organisation_names

KEEPERS = (MemberRole.ADMINISTRATOR,)
READERS = (MemberRole.ADMINISTRATOR, MemberRole.DECLARANT)


def tell_refusals(message_ids: Sequence[int]) -> int:
    """One letter per enterprise for these refused messages; returns how many people were told."""
    return _tell("exchange.messages_refused", message_ids, "/enterprise/journal/?state=refused")


def tell_bad_signatures(message_ids: Sequence[int]) -> int:
    """One letter per enterprise for messages whose signature did not hold; returns how many people were told."""
    return _tell("exchange.signatures_refused", message_ids, "/enterprise/signature/")


def _tell(code: str, message_ids: Sequence[int], link: str) -> int:
    counts = Message.objects.filter(pk__in=list(message_ids)).order_by().values_list("sender_id")
    found = dict(counts.annotate(count=Count("pk")))
    names = organisation_names(found)
    return sum(
        letters.send(
            code,
            organisation_id=organisation_id,
            roles=READERS,
            params={"enterprise": names.get(organisation_id, ""), "count": str(count)},
            link=link,
            gather=["count"],
        )
        for organisation_id, count in found.items()
    )


def tell_webhook_disabled(webhook: Webhook, error: str) -> int:
    """The administrators of the enterprise, or the chiefs of the agency; the link leads to the log of attempts."""
    own = webhook.organisation_id is not None
    return letters.send(
        "exchange.webhook_disabled",
        organisation_id=webhook.organisation_id,
        roles=KEEPERS if own else (),
        post=None if webhook.agency is None else (webhook.agency.code, None, {PostRole.CHIEF}),
        params={"url": webhook.url, "error": error},
        link=f"/{'enterprise' if own else 'console'}/webhooks/{webhook.pk}/",
    )
