"""Orders to inspection and quarantine and how verdicts are read. Pure functions; the agency polls our agency API."""

from collections.abc import Mapping, Sequence
from typing import Any

from exchange.agencies.ciq.codes import AGENCY, INTERIM, VERDICTS
from exchange.agencies.contract import Contract, Part
from exchange.enums import TaskKind


def payload(
    *,
    parcel_id: int,
    invt_no: str,
    customs_code: str,
    logistics_no: str,
    mode: str,
    goods: Sequence[str],
    appointment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The same data customs has (one declaration, two agencies). No personal data: the parcel is found by its waybill.

    `appointment`: day and place at which both agencies open the parcel, when customs has selected it too.
    """
    return {
        "parcel": parcel_id,
        "invtNo": invt_no,
        "customsCode": customs_code,
        "logisticsNo": logistics_no,
        "mode": mode,
        "goods": list(goods),
        **(appointment or {}),
    }


CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.QUARANTINE,
        "Verdict of inspection and quarantine on one parcel: S and Q are followed by C or N.",
        asks=(
            Part("parcel", "number", "our number of the parcel"),
            Part("invtNo", "text", "number of the list"),
            Part("customsCode", "text", "customs office"),
            Part("logisticsNo", "text", "waybill"),
            Part("mode", "text", "supervision mode"),
            Part("goods", "list", "HS code and name, one text a line"),
            Part("appointmentOn", "date", "day on which both agencies open the parcel", required=False),
            Part("appointmentSite", "text", "supervised site or office of the appointment", required=False),
        ),
        answers=(
            Part("remark", "text", "shown to the enterprise", required=False),
            Part("certificate", "text", "number of the certificate or notice", required=False),
        ),
        codes={"outcome": VERDICTS},
        question={
            "parcel": 128001,
            "invtNo": "350120261I00000001",
            "customsCode": "3501",
            "logisticsNo": "ZT202611280001",
            "mode": "9610",
            "goods": ["2106909090 乳清蛋白粉"],
            "appointmentOn": "2026-11-30",
            "appointmentSite": "350101",
        },
        answer={"outcome": "C", "detail": {"remark": "检验检疫合格"}},
        interim=INTERIM,
    ),
)
