"""Questions to the population base and how its answers are read. Pure functions; the base polls our agency API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exchange.agencies.contract import Contract, Part
from exchange.agencies.police.codes import CODES, LOCAL, MEANINGS, NATIONAL, PROVINCE, Answer
from exchange.enums import TaskKind

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
    """ref → answer. Malformed rows are left out; an unknown code counts as unavailable (officials see it: its contract
    is partial)."""
    found: dict[str, Answer] = {}
    results = detail.get("results")
    for row in results if isinstance(results, list) else []:
        if not isinstance(row, dict) or not isinstance(row.get("ref"), str):
            continue
        found[row["ref"]] = CODES.get(str(row.get("code")), Answer.UNAVAILABLE)
    return found


CONTRACTS = tuple(
    Contract(
        agency,
        TaskKind.IDENTITY_CHECK,
        "Whether name and resident number belong together.",
        asks=(
            Part(
                "pairs",
                "list",
                f"at most {MAX_PAIRS}",
                of=(
                    Part("ref", "text", "our reference; comes back"),
                    Part("number", "text", "resident number"),
                    Part("name", "text", "name"),
                ),
            ),
        ),
        answers=(
            Part(
                "results",
                "list",
                "one row per pair; a pair without one is asked again",
                required=False,
                of=(Part("ref", "text", "reference"), Part("code", "code", "result")),
            ),
        ),
        codes={"code": MEANINGS},
        question={
            "pairs": [
                {
                    "ref": "6f1c2b1a-0000-4000-8000-000000000001",
                    "number": "110101194912310011",
                    "name": "张三",
                }
            ]
        },
        answer={
            "outcome": "answered",
            "detail": {"results": [{"ref": "6f1c2b1a-0000-4000-8000-000000000001", "code": "00"}]},
        },
        partial=True,
    )
    for agency in (LOCAL, NATIONAL)
)
