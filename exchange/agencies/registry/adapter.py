"""Questions to the business registry and how its answers are read. Pure functions; the registry polls our agency API."""

from dataclasses import asdict, dataclass
from typing import Any

from exchange.agencies.registry.codes import CODES, Standing

LENGTHS = {"name": 200, "address": 200, "since": 10, "authority": 100}
"""Parts of an answer that we keep, at most so many characters."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the registry says of a company. `code` is the status as it came."""

    standing: str
    code: str = ""
    name: str = ""
    address: str = ""
    since: str = ""
    authority: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def payload(uscc: str) -> dict[str, Any]:
    """The task's content."""
    return {"uscc": uscc}


def entry_of(detail: Any) -> Entry:
    """Read an answer; whatever does not look like one is an unknown status with nothing else."""
    if not isinstance(detail, dict):
        return Entry(Standing.UNKNOWN)
    code = str(detail.get("status", ""))[:10]
    parts = {
        name: str(detail[name])[:length].strip()
        for name, length in LENGTHS.items()
        if isinstance(detail.get(name), str)
    }
    return Entry(CODES.get(code, Standing.UNKNOWN), code, **parts)
