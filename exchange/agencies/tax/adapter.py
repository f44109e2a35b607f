"""Questions to the tax administration and how its answers are read. Pure functions; the administration polls our agency API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from exchange.agencies.contract import Contract, Part
from exchange.agencies.tax.codes import (
    AGENCY,
    CLASSES,
    DUTY_OUTCOMES,
    FOUND,
    INVOICE_RESULTS,
    PAYMENT_OUTCOMES,
    REFUND_OUTCOMES,
)
from exchange.enums import TaskKind
from portal.errors import Refusal

MAX_INVOICES = 200
"""Invoices in one task."""


@dataclass(frozen=True, slots=True)
class ClassOf:
    """Class of an enterprise as the tax administration gives it; `until` None = until a new one comes."""

    tax_class: str
    since: date
    until: date | None
    year: int


@dataclass(frozen=True, slots=True)
class Invoice:
    """What an invoice check needs; `ref` is ours and comes back. Money in CNY."""

    ref: str
    code: str
    number: str
    issued: date
    seller: str
    buyer: str
    amount: Decimal
    tax: Decimal


def class_question(uscc: str) -> dict[str, Any]:
    """Payload of TAX_CLASS."""
    return {"uscc": uscc}


def class_of(detail: Mapping[str, Any]) -> ClassOf:
    """Read an answer to TAX_CLASS that its contract understands. Raises ValueError for days that are none."""
    until = detail.get("validTo")
    return ClassOf(
        detail["class"],
        date.fromisoformat(detail["validFrom"]),
        date.fromisoformat(until) if until else None,
        detail["year"],
    )


def invoice_question(invoices: Sequence[Invoice], source: str) -> dict[str, Any]:
    """Payload of INVOICE_CHECK: `source` is auth or audit."""
    rows = [
        {
            "ref": one.ref,
            "code": one.code,
            "number": one.number,
            "date": one.issued.isoformat(),
            "seller": one.seller,
            "buyer": one.buyer,
            "amount": str(one.amount),
            "tax": str(one.tax),
        }
        for one in invoices
    ]
    return {"source": source, "invoices": rows}


def invoice_results(detail: Mapping[str, Any]) -> dict[str, str]:
    """ref → result code of INVOICE_RESULTS."""
    return {row["ref"]: row["result"] for row in detail["results"]}


def refund_question(
    *, case_no: str, uscc: str, tax_class: str, period: str, amount: Decimal
) -> dict[str, Any]:
    """Payload of TAX_REFUND. `period` is a month, 2026-11."""
    return {
        "caseNo": case_no,
        "uscc": uscc,
        "taxClass": tax_class,
        "period": period,
        "amount": str(amount),
    }


def payment_question(*, case_no: str, uscc: str, amount: Decimal) -> dict[str, Any]:
    """Payload of REFUND_PAYMENT: ask the treasury to pay an approved refund."""
    return {"caseNo": case_no, "uscc": uscc, "amount": str(amount)}


class UnknownReceipt(Refusal):
    """The outcome is not `paid`, or day, amount or voucher are missing or malformed."""

    code = "TAX.RECEIPT"
    message = _("入库回执无效：结果应为 paid，并含缴款日期 paidOn、金额 amount 和凭证号 reference。")
    field = "detail"


@dataclass(frozen=True, slots=True)
class DutyReceipt:
    """Money that arrived: tax and surcharge in yuan, on a day, under a voucher number."""

    paid_on: date
    amount: Decimal
    reference: str


def duty_question(
    *, number: str, assure_code: str, customs_code: str, due_on: date, amount: Decimal
) -> dict[str, Any]:
    """Payload of DUTY: who owes how much import tax by when, surcharge not included."""
    return {
        "entDutyNo": number,
        "assureCode": assure_code,
        "customsCode": customs_code,
        "dueOn": due_on.isoformat(),
        "amount": str(amount),
    }


def duty_receipt(outcome: str, detail: Mapping[str, Any]) -> DutyReceipt:
    """Read an answer to DUTY. Raises UnknownReceipt."""
    reference = str(detail.get("reference", "")).strip()
    if outcome not in DUTY_OUTCOMES or not reference or len(reference) > 64:
        raise UnknownReceipt
    try:
        amount = Decimal(str(detail.get("amount")))
        paid_on = date.fromisoformat(str(detail.get("paidOn")))
    except (InvalidOperation, ValueError):
        raise UnknownReceipt from None
    if not amount.is_finite():
        raise UnknownReceipt
    return DutyReceipt(paid_on, amount, reference)


_INVOICE = (
    Part("ref", "text", "our reference; comes back"),
    Part("code", "text", "发票代码; empty for fully digital invoices"),
    Part("number", "text", "发票号码"),
    Part("date", "date", "开票日期"),
    Part("seller", "text", "USCC of the seller"),
    Part("buyer", "text", "USCC of the buyer"),
    Part("amount", "money", "without tax, CNY"),
    Part("tax", "money", "tax, CNY"),
)
_CASE = (Part("caseNo", "text", "refund case"), Part("uscc", "text", "enterprise"))
_AMOUNT = Part("amount", "money", "CNY")

CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.TAX_CLASS,
        "Which class (1 to 4) an enterprise has for export refunds, and how long.",
        asks=(Part("uscc", "text", "enterprise"),),
        answers=(
            Part("class", "code", "class"),
            Part("validFrom", "date", "first day"),
            Part("validTo", "date", "last day; absent = open", required=False),
            Part("year", "number", "year of assessment"),
        ),
        codes={"outcome": FOUND, "class": CLASSES},
        question={"uscc": "91350100MA35000026"},
        answer={
            "outcome": "answered",
            "detail": {"class": "2", "validFrom": "2026-05-01", "validTo": "2027-04-30", "year": 2026},
        },
        bare=frozenset({"not_found"}),
    ),
    Contract(
        AGENCY,
        TaskKind.INVOICE_CHECK,
        "Whether purchase invoices agree with authentication (auth) or audit (audit) data.",
        asks=(
            Part("source", "code", "auth or audit"),
            Part("invoices", "list", "at most 200", of=_INVOICE),
        ),
        answers=(
            Part(
                "results",
                "list",
                "one row per invoice",
                of=(Part("ref", "text", "reference"), Part("result", "code", "result")),
            ),
        ),
        codes={"outcome": {"answered": FOUND["answered"]}, "result": INVOICE_RESULTS},
        question={
            "source": "auth",
            "invoices": [
                {
                    "ref": "1",
                    "code": "035002600111",
                    "number": "00012345",
                    "date": "2026-10-08",
                    "seller": "91350500MA35000034",
                    "buyer": "91350100MA35000026",
                    "amount": "100000.00",
                    "tax": "13000.00",
                }
            ],
        },
        answer={"outcome": "answered", "detail": {"results": [{"ref": "1", "result": "0"}]}},
    ),
    Contract(
        AGENCY,
        TaskKind.TAX_REFUND,
        "Review of one refund case by the tax office.",
        asks=(
            *_CASE,
            Part("taxClass", "code", "class at submission"),
            Part("period", "text", "period, 2026-11"),
            _AMOUNT,
        ),
        answers=(
            Part("amount", "money", "amount granted, CNY"),
            Part("noticeNo", "text", "number of the notice"),
            Part("reason", "text", "why not, or what is doubted", required=False),
        ),
        codes={"outcome": REFUND_OUTCOMES, "taxClass": CLASSES},
        question={
            "caseNo": "R202611000001",
            "uscc": "91350100MA35000026",
            "taxClass": "2",
            "period": "2026-11",
            "amount": "13000.00",
        },
        answer={"outcome": "approved", "detail": {"amount": "13000.00", "noticeNo": "闽税退2026000001"}},
        interim=frozenset({"doubt"}),
        bare=frozenset({"refused"}),
    ),
    Contract(
        AGENCY,
        TaskKind.REFUND_PAYMENT,
        "Payment of an approved refund by the treasury.",
        asks=(*_CASE, _AMOUNT),
        answers=(
            Part("amount", "money", "amount paid, CNY"),
            Part("paidOn", "date", "day of payment"),
            Part("reason", "text", "why it came back", required=False),
        ),
        codes={"outcome": PAYMENT_OUTCOMES},
        question={"caseNo": "R202611000001", "uscc": "91350100MA35000026", "amount": "13000.00"},
        answer={"outcome": "paid", "detail": {"amount": "13000.00", "paidOn": "2026-11-20"}},
        bare=frozenset({"returned"}),
    ),
    Contract(
        AGENCY,
        TaskKind.DUTY,
        "Collection of import tax: one payment document of a guarantor at a customs office.",
        asks=(
            Part("entDutyNo", "text", "number of the payment document"),
            Part("assureCode", "text", "guarantor"),
            Part("customsCode", "text", "customs office"),
            Part("dueOn", "date", "last day for payment; each later day costs the surcharge"),
            _AMOUNT,
        ),
        answers=(
            Part("amount", "money", "amount received with surcharge, CNY"),
            Part("paidOn", "date", "day of payment"),
            Part("reference", "text", "number of the treasury's voucher"),
        ),
        codes={"outcome": DUTY_OUTCOMES},
        question={
            "entDutyNo": "350120261128000001L01",
            "assureCode": "350166A001",
            "customsCode": "3501",
            "dueOn": "2026-12-12",
            "amount": "182.00",
        },
        answer={
            "outcome": "paid",
            "detail": {"amount": "182.00", "paidOn": "2026-12-01", "reference": "3500202612010001"},
        },
    ),
)
