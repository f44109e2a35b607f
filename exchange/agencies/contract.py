"""What we ask an agency and how it may answer, as data: one `Contract` per agency and kind of task.

The services check every answer against it before anybody acts on it (`doubts`), the pages of docs/agencies are made from it, and the
simulators are tested against it. Contracts know no database.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

OUTCOME = "outcome"
"""The result of a decision itself, beside the parts of its detail."""
DECLINED = "declined"
"""Any agency may say so: it will not do this task. People decide how it goes on."""
UNREADABLE = "unreadable"
"""Ours for what an agency that we called said, when it was no answer at all."""
LONGEST_VALUE = 64
"""So much is kept of a code nobody knows."""
KINDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "code": (str,),
    "date": (str,),
    "time": (str,),
    "money": (str,),
    "number": (int,),
    "list": (list,),
}
"""Kinds of parts as JSON types. Money is text, so that no float touches it."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question or an answer. `of` are the parts of a list's rows."""

    name: str
    kind: str
    meaning: str
    required: bool = True
    of: tuple["Part", ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """What nobody understands in an answer: a part with a value that is not in its table, or (`value` empty) a part that is not
    there or not of its kind."""

    field: str
    value: str = ""


@dataclass(frozen=True)
class Contract:
    """One kind of task of one agency.

    `codes`: part → code → meaning; without a table for the outcome itself any outcome will do. `interim`: outcomes after which the agency goes on working and decides once more; `bare`: outcomes
    that need no detail. `partial`: an answer with some unknown codes still counts for the rest (its reader keeps what it does not
    know apart).
    """

    agency: str
    kind: str
    purpose: str
    asks: tuple[Part, ...]
    answers: tuple[Part, ...]
    codes: Mapping[str, Mapping[str, str | Promise]]
    question: Mapping[str, Any]
    answer: Mapping[str, Any]
    interim: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    partial: bool = False

    def doubts(self, outcome: str, detail: Mapping[str, Any]) -> list[Doubt]:
        """What is unclear in an answer, each once, in order; nothing when all is understood."""
        if outcome in {DECLINED, UNREADABLE}:
            return [Doubt(OUTCOME, outcome)]
        found = dict.fromkeys(_doubts((Part(OUTCOME, "code", ""),), {OUTCOME: outcome}, self.codes))
        if not found and outcome not in self.interim | self.bare:
            found = dict.fromkeys(_doubts(self.answers, detail, self.codes))
        return list(found)


def _doubts(
    parts: tuple[Part, ...], values: Mapping[str, Any], codes: Mapping[str, Mapping[str, Any]]
) -> Iterator[Doubt]:
    for part in parts:
        value = values.get(part.name)
        if value is None:
            if part.required:
                yield Doubt(part.name)
        elif not _fits(value, part.kind):
            yield Doubt(part.name)
        elif part.kind == "code" and part.name in codes and value not in codes[part.name]:
            yield Doubt(part.name, value[:LONGEST_VALUE])
        elif part.of:
            for row in value:
                yield from _doubts(part.of, row, codes) if isinstance(row, dict) else [Doubt(part.name)]


def _fits(value: Any, kind: str) -> bool:
    return isinstance(value, KINDS[kind]) and not isinstance(value, bool)


def replaced(values: Any, doubt: Doubt, known: str) -> Any:
    """The same answer with the unknown code of a part read as a known one, however deep it stands."""
    if isinstance(values, dict):
        return {
            name: known if name == doubt.field and value == doubt.value else replaced(value, doubt, known)
            for name, value in values.items()
        }
    return [replaced(value, doubt, known) for value in values] if isinstance(values, list) else values
