"""The export parcels of the demonstration go on: they depart (CEB509), are cleared (899), and are summarised into a declaration
(CEB701, 702, 792) that customs numbers. Through the public API only."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tools.parcels import EXPORT_SHOP, LOGISTICS, follow_up, summary_request

if TYPE_CHECKING:
    from tools.demo.__main__ import Demonstration

PATIENCE = 30.0
SUMMARY_KIND = ("B", "9610")
"""Declaration type and supervision mode of the lists that are summarised."""


def until(found: Callable[[], Any]) -> Any:
    """The first answer that says something, or the last one when patience ends."""
    end = time.monotonic() + PATIENCE
    while not (answer := found()) and time.monotonic() < end:
        time.sleep(0.2)
    return answer


class Export:
    """Departure, clearance and summary of the lists of the summary kind."""

    def __init__(self, demonstration: "Demonstration") -> None:
        self.agent = demonstration.clients["demo-agent"]
        self.carrier = demonstration.clients["demo-logistics"]
        self.draw = demonstration.generator
        self.parcels = [
            case.parcel
            for case in demonstration.cases
            if (case.parcel.inventory.get("statisticsFlag"), case.parcel.inventory["tradeMode"])
            == SUMMARY_KIND
            and case.state == "released"
        ]

    def report(self) -> bool:
        """Print a line for each step; True when every step came out as it should."""
        numbers = self.numbers()
        if len(numbers) != len(self.parcels):
            return said("清单 lists", "not released", good=False)
        pairs = [(parcel, numbers[parcel.order_no]) for parcel in self.parcels]
        self.carrier.post_message(follow_up("CEB509Message", pairs, self.draw))
        cleared = until(self.cleared)
        good = said(f"离境 CEB509 ← {LOGISTICS.name}", f"结关 cleared {len(pairs)}", good=bool(cleared))
        body = summary_request(sorted(numbers.values()), self.draw)
        message = self.agent.post_message(body)["message"]
        answer = until(lambda: self.receipt("CEB702Message", message, {"399", "100"}))
        good = (
            said(
                f"汇总申请 CEB701 · {EXPORT_SHOP.name}",
                f"CEB702 {answer and answer['status']}",
                good=answered(answer),
            )
            and good
        )
        result = until(lambda: self.receipt("CEB792Message", message, {"1", "2"}))
        found = result["documents"][0] if result else {}
        return (
            said(
                f"报关单 declaration {found.get('declSeqNo', '—')}",
                f"CEB792 entryId {found.get('entryId') or '—'}",
                good=len(found.get("entryId", "")) == len("350120260000000001"),
            )
            and good
        )

    def numbers(self) -> dict[str, str]:
        """Order number → list number of what is released."""
        found = self.agent.parcels([parcel.order_no for parcel in self.parcels])
        return {one["order_no"]: one["invt_no"] for one in found if one["state"] == "released"}

    def cleared(self) -> bool:
        found = self.agent.parcels([parcel.order_no for parcel in self.parcels])
        return {one["state"] for one in found} == {"cleared"}

    def receipt(self, kind: str, message: int, statuses: set[str]) -> dict[str, Any] | None:
        """The receipt of this kind that answers the message with one of the statuses."""
        return next(
            (
                one
                for one in self.agent.receipts()
                if one["message"] == message and one["message_type"] == kind and one["status"] in statuses
            ),
            None,
        )


def answered(receipt: dict[str, Any] | None) -> bool:
    return receipt is not None and receipt["status"] == "399"


def said(step: str, outcome: str, *, good: bool) -> bool:
    """One line of the demonstration."""
    print(f"{'✓' if good else '✗'}   {step}: {outcome}", flush=True)
    return good
