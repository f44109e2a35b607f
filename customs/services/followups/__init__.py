"""What enterprises send about a list after they declared it: one class per message, found by the name of the message."""

from customs.services.followups.base import FollowUp
from customs.services.followups.cancelling import ExportCancel, ImportCancel
from customs.services.followups.moving import (
    ArrivalReport,
    DeliveryReport,
    DepartureReport,
    SplitList,
    WarehousingReport,
)
from customs.services.followups.returning import ExportReturnRequest, ImportReturnRequest, TallyReport
from customs.services.followups.summarising import SummaryRequest

FOLLOW_UPS: dict[str, FollowUp] = {
    one.code: one
    for one in (
        ImportCancel(),
        ExportCancel(),
        ImportReturnRequest(),
        ExportReturnRequest(),
        TallyReport(),
        DeliveryReport(),
        WarehousingReport(),
        ArrivalReport(),
        DepartureReport(),
        SplitList(),
        SummaryRequest(),
    )
}
