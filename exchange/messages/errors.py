"""One fault of a message, told in words both sides understand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_ERRORS = 25
"""Errors listed in one answer; more would hide the first ones."""


class Fault(Protocol):
    """Anything that names a place, a code and a sentence (the codecs' own error type fits)."""

    @property
    def path(self) -> str: ...

    @property
    def code(self) -> str: ...

    @property
    def message_zh(self) -> str: ...

    @property
    def message_en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class MessageFault:
    """`path` is the element path in the message, empty when the whole message is meant."""

    path: str
    code: str
    message_zh: str
    message_en: str


def as_dicts(faults: Sequence[Fault], limit: int | None = MAX_ERRORS) -> list[dict[str, str]]:
    """The first `limit` faults as plain JSON objects."""
    return [
        {"path": f.path, "code": f.code, "message_zh": f.message_zh, "message_en": f.message_en}
        for f in faults[:limit]
    ]


class MessageRefused(Exception):
    """The whole message is refused. `status` is the HTTP status, `code` the code of the refusal."""

    def __init__(
        self, status: int, code: str, faults: Sequence[Fault], message_type: str = "", guid: str = ""
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.faults = list(faults)
        self.message_type = message_type
        self.guid = guid
        self.cop_msg_id = ""
        self.receipt_id: int | None = None


def refused(
    status: int, code: str, zh: str, en: str, path: str = "", message_type: str = ""
) -> MessageRefused:
    """A refusal with a single fault."""
    return MessageRefused(status, code, [MessageFault(path, code, zh, en)], message_type)


class NeedsSorting(Exception):
    """Not every document is new: store the new ones, answer the others one by one."""
