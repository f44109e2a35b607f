"""Applications to the export credit insurer and how its answers are read. Pure functions; the insurer polls our agency API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from exchange.agencies.contract import Contract, Part
from exchange.agencies.sinosure.codes import AGENCY, CLAIM_RESULTS, FOUND, LIMIT_RESULTS
from exchange.enums import TaskKind


@dataclass(frozen=True, slots=True)
class Limit:
    """Credit limit for one buyer; zero when refused. `cover` is the insured share in per cent."""

    result: str
    amount: Decimal
    currency: str
    cover: int
    until: date | None


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """What became of a claim; `amount` is what is or will be paid."""

    result: str
    amount: Decimal
    currency: str
    reason: str


def limit_question(
    *, policy: str, buyer: str, country: str, amount: Decimal, currency: str, days: int
) -> dict[str, Any]:
    """Payload of CREDIT_LIMIT. `days` is the term of payment."""
    return {
        "policy": policy,
        "buyer": buyer,
        "country": country,
        "amount": str(amount),
        "currency": currency,
        "days": days,
    }


def limit_of(detail: Mapping[str, Any]) -> Limit:
    """Read a final answer that its contract understands. Raises ValueError or ArithmeticError for numbers and days that are none."""
    until = detail.get("validTo")
    return Limit(
        detail["status"],
        Decimal(detail.get("limit", "0")),
        detail.get("currency", ""),
        detail.get("cover", 0),
        date.fromisoformat(until) if until else None,
    )


def claim_question(
    *, policy: str, claim_no: str, buyer: str, overdue: Decimal, unshipped: Decimal, currency: str
) -> dict[str, Any]:
    """Payload of INSURANCE_CLAIM: what the buyer owes and what was ordered and not shipped."""
    return {
        "policy": policy,
        "claimNo": claim_no,
        "buyer": buyer,
        "overdue": str(overdue),
        "unshipped": str(unshipped),
        "currency": currency,
    }


def claim_answer(detail: Mapping[str, Any]) -> ClaimAnswer:
    """Read a final answer that its contract understands. Raises ArithmeticError for an amount that is none."""
    return ClaimAnswer(
        detail["status"],
        Decimal(detail.get("amount", "0")),
        detail.get("currency", ""),
        detail.get("reason", "")[:200],
    )


_POLICY = Part("policy", "text", "number of the policy")
_BUYER = Part("buyer", "text", "insurer's code of the foreign buyer")
_CURRENCY = Part("currency", "text", "ISO 4217")

CONTRACTS = (
    Contract(
        AGENCY,
        TaskKind.CREDIT_LIMIT,
        "Application for a credit limit on one foreign buyer.",
        asks=(
            _POLICY,
            _BUYER,
            Part("country", "text", "ISO 3166"),
            Part("amount", "money", "wanted limit"),
            _CURRENCY,
            Part("days", "number", "term of payment in days"),
        ),
        answers=(
            Part("status", "code", "result"),
            Part("limit", "money", "limit granted", required=False),
            Part("currency", "text", "ISO 4217", required=False),
            Part("cover", "number", "insured share, per cent", required=False),
            Part("validTo", "date", "last day", required=False),
        ),
        codes={"outcome": FOUND, "status": LIMIT_RESULTS},
        question={
            "policy": "SEM26350100001",
            "buyer": "USA/260012",
            "country": "US",
            "amount": "50000.00",
            "currency": "USD",
            "days": 60,
        },
        answer={
            "outcome": "answered",
            "detail": {
                "status": "A",
                "limit": "50000.00",
                "currency": "USD",
                "cover": 80,
                "validTo": "2027-11-27",
            },
        },
        interim=frozenset({"working"}),
    ),
    Contract(
        AGENCY,
        TaskKind.INSURANCE_CLAIM,
        "Claim under a policy for what a foreign buyer does not pay.",
        asks=(
            _POLICY,
            Part("claimNo", "text", "our number of the claim"),
            _BUYER,
            Part("overdue", "money", "overdue amount"),
            Part("unshipped", "money", "ordered and not shipped"),
            _CURRENCY,
        ),
        answers=(
            Part("status", "code", "result"),
            Part("amount", "money", "amount paid", required=False),
            Part("currency", "text", "ISO 4217", required=False),
            Part("reason", "text", "why not", required=False),
        ),
        codes={"outcome": FOUND, "status": CLAIM_RESULTS},
        question={
            "policy": "SEM26350100001",
            "claimNo": "C202611000001",
            "buyer": "USA/260012",
            "overdue": "120000.00",
            "unshipped": "40000.00",
            "currency": "USD",
        },
        answer={
            "outcome": "answered",
            "detail": {"status": "30", "amount": "104000.00", "currency": "USD"},
        },
        interim=frozenset({"working"}),
    ),
)
