"""An agency's answer as officials see it: its shape and its codes, nothing of what it says about people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchange.agencies.contract import OUTCOME, Contract, Part

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class SaidPart:
    """One part: its name, the kind agreed, what came (codes as they are, anything else only described), and whether it is in doubt."""

    name: str
    kind: str
    said: str
    doubtful: bool


def answer_parts(contract: Contract, outcome: str, detail: Mapping[str, Any]) -> list[SaidPart]:
    """Every agreed part of the answer; of lists the first MOST_ROWS rows."""
    doubts = {(doubt.field, doubt.value) for doubt in contract.doubts(outcome, detail)}
    first = SaidPart(OUTCOME, "code", outcome[:64], any(name == OUTCOME for name, _value in doubts))
    return [first, *_parts(contract.answers, detail, doubts)]


def _parts(
    parts: Sequence[Part], values: Mapping[str, Any], doubts: set[tuple[str, str]]
) -> Iterator[SaidPart]:
    for part in parts:
        value = values.get(part.name)
        shown = _shown(part, value)
        doubtful = (part.name, "") in doubts or (part.kind == "code" and (part.name, shown) in doubts)
        yield SaidPart(part.name, part.kind, shown, doubtful)
        for row in value[:MOST_ROWS] if part.of and isinstance(value, list) else ():
            if isinstance(row, dict):
                yield from _parts(part.of, row, doubts)


def _shown(part: Part, value: Any) -> str:
    if value is None:
        return "—"
    if part.kind == "code" and isinstance(value, str):
        return value[:64]
    return (
        f"{type(value).__name__} ({len(value)})"
        if isinstance(value, str | list | dict)
        else type(value).__name__
    )
