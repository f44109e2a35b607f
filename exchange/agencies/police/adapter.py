"""Questions to the population base and how its answers are read. Pure functions; the base polls our agency API."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exchange.agencies.police.codes import CODES, LOCAL, NATIONAL, PROVINCE, Answer

logger = logging.getLogger(__name__)
MAX_PAIRS = 200
"""Pairs in one task."""


@dataclass(frozen=True, slots=True)
class Question:
    """One pair to verify; `ref` is its keyed hash."""

    ref: str
    number: str
    name: str


def agency_for(region: str, *, local_knows: bool = True) -> str:
    """Provincial base first; numbers of other provinces and what it does not know go to the national base (rules F.2)."""
    return LOCAL if region == PROVINCE and local_knows else NATIONAL


def payload(questions: Sequence[Question]) -> dict[str, Any]:
    """The task's content."""
    return {"pairs": [{"ref": q.ref, "number": q.number, "name": q.name} for q in questions]}


def answers(detail: dict[str, Any]) -> dict[str, Answer]:
    """ref → answer. Malformed rows are left out; an unknown code counts as unavailable and is logged."""
    found: dict[str, Answer] = {}
    results = detail.get("results")
    for row in results if isinstance(results, list) else []:
        if not isinstance(row, dict) or not isinstance(row.get("ref"), str):
            continue
        code = str(row.get("code"))
        if code not in CODES:
            logger.warning("population base answered with unknown code %r", code[:10])
        found[row["ref"]] = CODES.get(code, Answer.UNAVAILABLE)
    return found
