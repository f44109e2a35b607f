"""Orders to banks and requests for statements, and how their answers are read. Pure functions; banks poll our agency API.

The XML inside is ISO 20022 in the version of the bank's profile; reading it is the business of the app that books it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.agencies.bank.codes import (
    INTERIM,
    MEANINGS,
    PAYMENT_OUTCOMES,
    PROFILES,
    STATEMENT_OUTCOMES,
    Payment,
    Profile,
)
from exchange.agencies.contract import Contract, Part
from exchange.enums import TaskKind


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """What a bank says of an order. `code` is its own status, `document` the pain.002 (may be empty)."""

    status: Payment
    code: str
    reason: str
    format: str
    document: str


def payment_order(profile: Profile, *, message_id: str, document: str) -> dict[str, Any]:
    """Payload of BANK_PAYMENT: `document` is the pain.001 in the bank's version."""
    return {"messageId": message_id, "format": profile.initiation, "document": document}


def statement_request(profile: Profile, *, account: str, currency: str, day: date) -> dict[str, Any]:
    """Payload of BANK_STATEMENT: the account's statement of one day."""
    return {
        "account": account,
        "currency": currency,
        "date": day.isoformat(),
        "format": profile.statement,
    }


def payment_answer(agency: str, detail: Mapping[str, Any]) -> PaymentAnswer:
    """Read an answer that the bank's contract understands."""
    return PaymentAnswer(
        PROFILES[agency].statuses[detail["status"]],
        detail["status"],
        detail.get("reason", "")[:200],
        detail.get("format", ""),
        detail.get("document", ""),
    )


def _payment(profile: Profile) -> Contract:
    return Contract(
        profile.agency,
        TaskKind.BANK_PAYMENT,
        f"Carry out a {profile.initiation} order; answered with a {profile.report} report.",
        asks=(
            Part("messageId", "text", "message id of the order; the bank carries it out once"),
            Part("format", "text", profile.initiation),
            Part("document", "text", "the order, XML"),
        ),
        answers=(
            Part("status", "code", "status of the bank"),
            Part("reason", "text", "why rejected", required=False),
            Part("format", "text", profile.report, required=False),
            Part("document", "text", "the report, XML", required=False),
        ),
        codes={
            "outcome": PAYMENT_OUTCOMES,
            "status": {code: MEANINGS[meaning] for code, meaning in profile.statuses.items()},
        },
        question={"messageId": "FX202611280001", "format": profile.initiation, "document": "<Document/>"},
        answer={
            "outcome": "settled",
            "detail": {
                "status": next(c for c, m in profile.statuses.items() if m is Payment.SETTLED),
                "format": profile.report,
                "document": "<Document/>",
            },
        },
        interim=INTERIM,
    )


def _statement(profile: Profile) -> Contract:
    return Contract(
        profile.agency,
        TaskKind.BANK_STATEMENT,
        f"The {profile.statement} statement of an account for one day.",
        asks=(
            Part("account", "text", "account number"),
            Part("currency", "text", "ISO 4217"),
            Part("date", "date", "day"),
            Part("format", "text", profile.statement),
        ),
        answers=(
            Part("format", "text", f"{profile.statement} or {profile.advice}"),
            Part("document", "text", "the statement, XML"),
        ),
        codes={"outcome": STATEMENT_OUTCOMES},
        question={
            "account": "35001895001050000001",
            "currency": "USD",
            "date": "2026-11-27",
            "format": profile.statement,
        },
        answer={
            "outcome": "answered",
            "detail": {"format": profile.statement, "document": "<Document/>"},
        },
        bare=frozenset({"none"}),
    )


CONTRACTS = tuple(make(profile) for profile in PROFILES.values() for make in (_payment, _statement))
