"""Webhooks as stored, what is due, and the page a webhook pushes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from exchange.enums import WebhookKind, WebhookState
from exchange.messages import ReceiptLine
from exchange.models import Webhook, WebhookPush
from exchange.selectors.feeds import Page, read_feed
from exchange.selectors.receipts import COLUMNS as RECEIPT_COLUMNS

PAGE = 100
"""Rows of one push."""

REFUSAL_TYPE = "CEB900Message"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose webhooks: an enterprise or an agency."""

    organisation_id: int | None = None
    agency_code: str = ""

    @property
    def filter(self) -> dict[str, Any]:
        """For querysets of webhooks."""
        if self.organisation_id is not None:
            return {"organisation_id": self.organisation_id}
        return {"agency__code": self.agency_code}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a kind come from: table, columns, and whose rows they are ({owner} = column of `w`)."""

    table: str
    columns: str
    condition: str
    owner: str


SOURCES: dict[str, Source] = {
    WebhookKind.RECEIPTS: Source(
        "exchange_receipt",
        RECEIPT_COLUMNS,
        f"organisation_id = {{owner}} AND message_type <> '{REFUSAL_TYPE}'",
        "w.organisation_id",
    ),
    WebhookKind.REFUSALS: Source(
        "exchange_receipt",
        RECEIPT_COLUMNS,
        f"organisation_id = {{owner}} AND message_type = '{REFUSAL_TYPE}'",
        "w.organisation_id",
    ),
    WebhookKind.TASKS: Source(
        "exchange_agencytask",
        "kind, subject_id, state, created_at, leased_until, district, redeliveries",
        "agency_code = {owner} AND state IN ('open', 'acked')",
        "(SELECT a.code FROM portal_agency a WHERE a.id = w.agency_id)",
    ),
    WebhookKind.DOCUMENTS: Source(
        "exchange_shareddocument",
        "subject_id, kind, number, status, district, port, trade_mode, happened_at",
        "{owner} IS NOT NULL",
        "w.agency_id",
    ),
}


def news_of(kind: str, source: Source) -> str:
    """SQL condition on a webhook `w` and its position `p`: rows of the kind wait behind the position."""
    return (
        f"(p.kind = '{kind}' AND EXISTS (SELECT 1 FROM {source.table} f"  # noqa: S608 -- constants of this file
        f" WHERE {source.condition.format(owner=source.owner)}"
        " AND (f.xid, f.id) > (p.xid, p.row_id) AND f.xid < pg_snapshot_xmin(pg_current_snapshot())))"
    )


NEWS = " OR ".join(news_of(kind, source) for kind, source in SOURCES.items())


def due(now: datetime, *, failing: bool, most: int) -> list[int]:
    """Webhooks to call now, those called longest ago first; locked until the transaction ends. One query.

    An enterprise that is no longer active is pushed nothing, as its machines may no longer read.
    """
    with connection.cursor() as db:
        db.execute(
            f"""SELECT w.id FROM exchange_webhook w
                WHERE w.state IN ('pending', 'active') AND w.next_at <= %s
                  AND (w.leased_until IS NULL OR w.leased_until < %s) AND (w.failures > 0) = %s
                  AND (w.organisation_id IS NULL
                       OR EXISTS (SELECT 1 FROM portal_organisation o WHERE o.id = w.organisation_id AND o.is_active))
                  AND (w.state = 'pending' OR EXISTS (SELECT 1 FROM exchange_webhookposition p WHERE p.webhook_id = w.id AND ({NEWS}))
                       OR EXISTS (SELECT 1 FROM exchange_webhookpush u WHERE u.webhook_id = w.id AND u.state = 'waiting'))
                ORDER BY w.attempted_at NULLS FIRST, w.id LIMIT %s FOR UPDATE OF w SKIP LOCKED""",  # noqa: S608
            [now, now, failing, most],
        )
        return [row[0] for row in db.fetchall()]


def page_of(webhook: Webhook, kind: str, cursor: str, until: tuple[int, int] | None = None) -> Page:
    """The rows of a kind behind a cursor, at most PAGE, up to a position if one is given."""
    source = SOURCES[kind]
    owner: Any = webhook.organisation_id
    if kind == WebhookKind.TASKS:
        owner = webhook.agency.code if webhook.agency else ""
    elif kind == WebhookKind.DOCUMENTS:
        owner = webhook.agency_id
    where, values = source.condition.format(owner="%s"), [owner]
    if until is not None:
        where, values = f"{where} AND (xid, id) <= (%s::xid8, %s)", [owner, str(until[0]), until[1]]
    return read_feed(source.table, source.columns, where, values, cursor, PAGE)


def as_receipts(rows: list[dict[str, Any]]) -> list[ReceiptLine]:
    """Rows of receipts as the rendering wants them."""
    return [ReceiptLine(**{name: value for name, value in row.items() if name != "xid"}) for row in rows]


def end_of_feed() -> tuple[int, int]:
    """The position before everything that is not certain yet: what commits from now on is behind it."""
    with connection.cursor() as db:
        db.execute("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text")
        return int(db.fetchone()[0]), 2**63 - 1


def webhooks_of(owner: Owner) -> "QuerySet[Webhook]":
    """The owner's webhooks that were not removed, newest first."""
    found = Webhook.objects.filter(**owner.filter).exclude(state=WebhookState.ENDED)
    return found.select_related("organisation", "agency").order_by("-id")


def webhook_of(owner: Owner, webhook_id: int) -> Webhook | None:
    """One of the owner's webhooks."""
    return webhooks_of(owner).filter(pk=webhook_id).first()


def pushes_of(webhook: Webhook) -> "QuerySet[WebhookPush]":
    """What was pushed, newest first."""
    return WebhookPush.objects.filter(webhook=webhook).order_by("-sequence")
