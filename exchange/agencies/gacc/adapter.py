"""Inspection orders to customs and how their results are read. Pure functions; customs polls our agency API."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import Contract, Part
from exchange.agencies.gacc.codes import MEANINGS, OUTCOMES
from exchange.enums import TaskKind
from portal.errors import Refusal

AGENCY = "gacc"


class UnknownInspectionResult(Refusal):
    """The result is none of conform, nonconform, detain."""

    code = "GACC.RESULT"
    message = _("查验结果代码未知：%(outcome)s。")
    field = "outcome"


def payload(
    *, parcel_id: int, invt_no: str, customs_code: str, logistics_no: str, goods: list[str]
) -> dict[str, Any]:
    """The order: which parcel, where, which goods. No personal data: the parcel is found by its waybill."""
    return {
        "parcel": parcel_id,
        "invtNo": invt_no,
        "customsCode": customs_code,
        "logisticsNo": logistics_no,
        "goods": goods,
    }


def step_of(outcome: str) -> str:
    """Step of the parcel's workflow for an inspection result. Raises UnknownInspectionResult."""
    if outcome not in OUTCOMES:
        raise UnknownInspectionResult(outcome=outcome[:30])
    return OUTCOMES[outcome]


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.INSPECTION,
        "Open or scan one parcel and report what was found.",
        asks=(
            Part("parcel", "number", "our number of the parcel"),
            Part("invtNo", "text", "number of the list"),
            Part("customsCode", "text", "customs office"),
            Part("logisticsNo", "text", "waybill"),
            Part("goods", "list", "one text a line"),
        ),
        answers=(Part("remark", "text", "shown to the enterprise", required=False),),
        codes={"outcome": MEANINGS},
        question={
            "parcel": 128001,
            "invtNo": "350120261I00000001",
            "customsCode": "3501",
            "logisticsNo": "ZT202611280001",
            "goods": ["2106909090 乳清蛋白粉"],
        },
        answer={"outcome": "conform", "detail": {"remark": "查验相符"}},
    ),
)
