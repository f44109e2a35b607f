"""Questions to the business registry and how its answers are read. Pure functions; the registry polls our agency API."""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import Contract, Part
from exchange.agencies.registry.codes import AGENCY, CODES, MEANINGS, Standing
from exchange.enums import TaskKind

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


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.REGISTRY_LOOKUP,
        "Whether a company exists, its name and its seat.",
        asks=(Part("uscc", "text", "credit code"),),
        answers=(
            Part("status", "code", "status of the company"),
            Part("name", "text", "name", required=False),
            Part("address", "text", "seat", required=False),
            Part("since", "date", "day of registration", required=False),
            Part("authority", "text", "registering authority", required=False),
        ),
        codes={"outcome": {"answered": _("已答复")}, "status": MEANINGS},
        question={"uscc": "91350100MA35000026"},
        answer={
            "outcome": "answered",
            "detail": {
                "status": "1",
                "name": "福州示例3500贸易有限公司",
                "address": "福建省福州市示例路 1 号",
                "since": "2019-05-20",
                "authority": "福州市市场监督管理局",
            },
        },
        partial=True,
    ),
)
