"""Inspection orders to customs and how their results are read. Pure functions; customs polls our agency API."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.gacc.codes import OUTCOMES
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
