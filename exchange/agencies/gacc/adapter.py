"""Inspection orders and summarised declarations to customs, and how the answers are read. Pure functions; customs polls our agency API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import Contract, Part
from exchange.agencies.gacc.codes import ANSWERS, MEANINGS, OUTCOMES, Declaration
from exchange.enums import TaskKind
from portal.errors import Refusal

AGENCY = "gacc"


class UnknownInspectionResult(Refusal):
    """The result is none of conform, nonconform, detain."""

    code = "GACC.RESULT"
    message = _("查验结果代码未知：%(outcome)s。")
    field = "outcome"


def payload(
    *,
    parcel_id: int,
    invt_no: str,
    customs_code: str,
    logistics_no: str,
    goods: list[str],
    appointment: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The order: which parcel, where, which goods. No personal data: the parcel is found by its waybill.

    `appointment`: day and place at which customs opens it together with inspection and quarantine.
    """
    return {
        "parcel": parcel_id,
        "invtNo": invt_no,
        "customsCode": customs_code,
        "logisticsNo": logistics_no,
        "goods": goods,
        **(appointment or {}),
    }


def step_of(outcome: str) -> str:
    """Step of the parcel's workflow for an inspection result. Raises UnknownInspectionResult."""
    if outcome not in OUTCOMES:
        raise UnknownInspectionResult(outcome=outcome[:30])
    return OUTCOMES[outcome]


ENTRY_ID = re.compile(r"\d{4}20\d{2}\d\d{9}")
"""Number of a customs declaration: office, year, export or import, nine digits."""


class UnknownDeclarationAnswer(Refusal):
    """The answer is neither declared nor refused."""

    code = "GACC.DECLARATION"
    message = _("报关单答复代码未知：%(outcome)s。")
    field = "outcome"


class WrongEntryId(Refusal):
    """What should be the number of a declaration is none of this office."""

    code = "GACC.ENTRY_ID"
    message = _("报关单编号应为 18 位数字，前 4 位为申报地海关：%(number)s。")
    field = "entryId"


class RefusedWithoutReason(Refusal):
    """A declaration is refused with a reason."""

    code = "GACC.REASON"
    message = _("退单须说明理由。")
    field = "remark"


@dataclass(frozen=True, slots=True)
class DeclarationAnswer:
    """What customs answered: the number of an accepted declaration, or why it was refused."""

    entry_id: str = ""
    reason: str = ""


def declaration_payload(head: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A declaration as customs gets it; head and lines under their official names. No personal data: exports by firms."""
    return {**head, "lines": list(lines)}


def declared_as(outcome: str, detail: Mapping[str, Any], customs_code: str) -> DeclarationAnswer:
    """Read the answer. Raises UnknownDeclarationAnswer, WrongEntryId, RefusedWithoutReason."""
    if outcome == Declaration.REFUSED:
        reason = str(detail.get("remark") or "").strip()
        if not reason:
            raise RefusedWithoutReason
        return DeclarationAnswer(reason=reason)
    if outcome != Declaration.DECLARED:
        raise UnknownDeclarationAnswer(outcome=outcome[:30])
    number = str(detail.get("entryId") or "")
    if not ENTRY_ID.fullmatch(number) or not number.startswith(customs_code):
        raise WrongEntryId(number=number[:30])
    return DeclarationAnswer(entry_id=number)


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
            Part(
                "appointmentOn",
                "date",
                "day on which inspection and quarantine opens it too",
                required=False,
            ),
            Part("appointmentSite", "text", "supervised site or office of the appointment", required=False),
        ),
        answers=(Part("remark", "text", "shown to the enterprise", required=False),),
        codes={"outcome": MEANINGS},
        question={
            "parcel": 128001,
            "invtNo": "350120261I00000001",
            "customsCode": "3501",
            "logisticsNo": "ZT202611280001",
            "goods": ["2106909090 乳清蛋白粉"],
            "appointmentOn": "2026-11-30",
            "appointmentSite": "350101",
        },
        answer={"outcome": "conform", "detail": {"remark": "查验相符"}},
    ),
    Contract(
        AGENCY,
        TaskKind.DECLARATION,
        "Accept a declaration made by summarising export lists and give its number, or refuse it.",
        asks=(
            Part("declSeqNo", "text", "unified number, one per declaration"),
            Part("sumNo", "text", "number of the request to summarise"),
            Part("customsCode", "text", "declaring customs office"),
            Part("ebcCode", "text", "consignor"),
            Part("ebcName", "text", "name of the consignor"),
            Part("ownerCode", "text", "producer or seller, NO without a code"),
            Part("ownerName", "text", "name of the producer or seller"),
            Part("tradeMode", "text", "supervision mode"),
            Part("trafMode", "text", "transport mode"),
            Part("country", "text", "country of arrival"),
            Part("portCode", "text", "customs office of exit"),
            Part("grossWeight", "text", "kilograms"),
            Part("netWeight", "text", "kilograms"),
            Part(
                "lines",
                "list",
                "at most 50 lines: gseqno, gcode, gname, country, currency, quantities, totalPrice",
            ),
        ),
        answers=(
            Part(
                "entryId",
                "text",
                "number of an accepted declaration: office, year, 0, nine digits",
                required=False,
            ),
            Part("remark", "text", "why it was refused", required=False),
        ),
        codes={"outcome": ANSWERS},
        question={
            "declSeqNo": "350120260000000002",
            "sumNo": "350120260000000001",
            "customsCode": "3501",
            "ebcCode": "350596000E",
            "ebcName": "泉州海丝鞋服出口有限公司",
            "ownerCode": "NO",
            "ownerName": "晋江某鞋厂",
            "tradeMode": "9610",
            "trafMode": "2",
            "country": "502",
            "portCode": "3501",
            "grossWeight": "12.50000",
            "netWeight": "11.00000",
            "lines": [
                {
                    "gseqno": 1,
                    "gcode": "6109100021",
                    "gname": "纯棉T恤",
                    "country": "502",
                    "currency": "502",
                    "qty1": "15.00000",
                    "unit1": "011",
                    "qty2": "",
                    "unit2": "",
                    "totalPrice": "120.00000",
                }
            ],
        },
        answer={"outcome": "declared", "detail": {"entryId": "350120260000000002"}},
    ),
)
