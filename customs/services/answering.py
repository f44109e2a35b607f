"""Official answers to follow-up documents: one receipt a document, one delivery note a sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from customs.messages import registry
from exchange.tables import OUTBOX, POSITIONS, RECEIPT, RECEIPT_COLUMNS

INFO_LENGTH = 1000
SHOWN = 10
"""Numbers named in a refusal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document is told: official status and returnInfo."""

    document_id: int
    sender_id: int
    status: str
    info: str


def told(document: Any, status: str, code: str, sentence: str) -> Answer:
    """An answer in the form customs uses."""
    info = f"[Code:{code};Desc:{sentence}]"[:INFO_LENGTH]
    return Answer(document.pk, document.sender_id, status, info)


def answer(message_type: str, answers: Sequence[Answer]) -> None:
    """Receipts of these documents and a delivery note for each sender; two statements."""
    if not answers:
        return
    kind = registry()[message_type].receipt
    columns = ", ".join(RECEIPT_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {RECEIPT} ({columns})"  # noqa: S608 -- names of tables
            f" SELECT s.sender, s.document / {POSITIONS}, s.document, %s, s.status, s.info, now()"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[], %s::varchar[])"
            " AS s(sender, document, status, info)",
            [
                kind,
                [one.sender_id for one in answers],
                [one.document_id for one in answers],
                [one.status for one in answers],
                [one.info for one in answers],
            ],
        )
        cursor.execute(
            f"INSERT INTO {OUTBOX} (organisation_id, agency, channel, subject)"
            " SELECT DISTINCT unnest(%s::bigint[]), '', 'receipts', 'decided'",
            [[one.sender_id for one in answers]],
        )


def named(numbers: Sequence[str]) -> str:
    """The first numbers, and how many there are."""
    more = f" 等 {len(numbers)} 个" if len(numbers) > SHOWN else ""
    return "、".join(numbers[:SHOWN]) + more
