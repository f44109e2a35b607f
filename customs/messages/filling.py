"""A document that people fill in, in a form or a table: what they write, what the platform writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from customs.messages.codec import Message

NEW, DECLARED = "1", "2"
"""appType and appStatus of the interface specification."""


def filled(
    message: Message,
    head: Mapping[str, str],
    lines: Sequence[Mapping[str, str]],
    *,
    guid: str,
    moment: datetime,
) -> dict[str, Any]:
    """The values of one new, declared document; `moment` (in China standard time) is when this version was issued."""
    values: dict[str, Any] = {
        **head,
        "guid": guid,
        "appType": NEW,
        "appTime": f"{moment:%Y%m%d%H%M%S}",
        "appStatus": DECLARED,
    }
    if message.lines:
        values[message.lines] = [
            {**line, "gnum": str(number)} if message.own_numbers else dict(line)
            for number, line in enumerate(lines, 1)
        ]
    return values


def transfer_of(*, code: str, name: str, dxp_id: str) -> dict[str, str]:
    """The block that says who transmits."""
    return {"copCode": code, "copName": name, "dxpMode": "DXP", "dxpId": dxp_id}
