"""Pre-checks of filing cases, one test per rule: the fault names its field; nothing else complains."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from filing.enums import CaseKind, EnterpriseType
from filing.models import EnterpriseFiling, Qualification
from filing.rules.cases import RULES, Examined, Fault, faults_of, licences_needed
from portal.personal_data import encrypt
from tests.filing.conftest import NAME
from tools.demo.accounts import uscc

TODAY = date(2026, 11, 23)


def good_case(**changes: Any) -> EnterpriseFiling:
    content = {
        "kind": CaseKind.NEW,
        "name": NAME,
        "uscc": uscc("91", "MA350100X"),
        "customs_code": "35019609P1",
        "legal_name": "林䶮",
        "legal_id_encrypted": encrypt("350102199003078516"),
        "legal_id_mask": "350*************16",
        "district_code": "350102",
        "address": "软件大道 89 号",
        "business_scope": "跨境电商",
        "contact_name": "陈㛃",
        "contact_phone_mask": "138****0000",
        "contact_email": "a@example.org",
        "platform_urls": "https://shop.example.org",
        "types": ["ebc"],
        "office": "3501",
    }
    return EnterpriseFiling(**{**content, **changes})


def licence(**changes: Any) -> Qualification:
    content = {"licence": "express", "number": "1", "issuer": "局", "valid_to": TODAY, "scan_id": 1}
    return Qualification(**{**content, **changes})


def found(
    case: EnterpriseFiling, *licences: Qualification, base: EnterpriseFiling | None = None
) -> list[Fault]:
    return [fault for fault in faults_of(Examined(case, licences, base, (), TODAY)) if fault.blocks]


def named(faults: list[Fault]) -> list[tuple[str, str]]:
    return [(fault.rule, fault.field) for fault in faults]


@pytest.fixture(autouse=True)
def loaded(register: None) -> None:
    """The register's rows."""


def test_a_good_case_has_no_fault() -> None:
    assert named(found(good_case())) == []


@pytest.mark.parametrize(
    ("column", "field"), [("name", "name"), ("legal_id_mask", "legal_id"), ("contact_email", "contact_email")]
)
def test_g_01_required_fields(column: str, field: str) -> None:
    """G.01"""
    assert named(found(good_case(**{column: ""}))) == [("G.01", field)]


def test_g_01_follows_the_types() -> None:
    """G.01: a bank account is asked of payment firms only."""
    case = good_case(types=["payment"])
    shown = licence(licence="payment_business")
    assert named(found(case, shown)) == [("G.01", "bank_name"), ("G.01", "bank_account")]


def test_g_02_credit_code() -> None:
    """G.02: the check character blocks, the organisation part inside only warns."""
    right = good_case().uscc
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    assert named(found(good_case(uscc=wrong))) == [("G.02", "uscc")]
    case = good_case(uscc="91110000600037341L")
    assert [f for f in faults_of(Examined(case, (), None, (), TODAY)) if f.rule == "G.02" and f.blocks] == []


@pytest.mark.parametrize("code", ["350196", "A501960901", "35019609p1"])
def test_g_03_customs_code(code: str) -> None:
    """G.03"""
    assert named(found(good_case(customs_code=code))) == [("G.03", "customs_code")]
    assert named(found(good_case(customs_code="6104W60029"))) == []


def test_g_04_legal_representative() -> None:
    """G.04: resident numbers are checked, other papers are not."""
    wrong = encrypt("350102199003078515")
    assert named(found(good_case(legal_id_encrypted=wrong))) == [("G.04", "legal_id")]
    assert named(found(good_case(legal_id_encrypted=wrong, legal_id_kind="other"))) == []


def test_g_05_licences_complete() -> None:
    """G.05: logistics needs an express licence with number, issuer, last day and scan."""
    case = good_case(types=["logistics"], platform_urls="")
    fields = [f"licence-express-{column}" for column in ("number", "issuer", "valid_to", "scan")]
    assert named(found(case)) == [("G.05", field) for field in fields]
    assert named(found(case, licence(scan_id=None))) == [("G.05", "licence-express-scan")]
    assert named(found(case, licence(valid_to=None, unlimited=True))) == []


def test_g_06_licences_in_force() -> None:
    """G.06: the last day still counts."""
    case = good_case(types=["logistics"])
    assert named(found(case, licence(valid_to=TODAY))) == []
    late = licence(valid_to=TODAY - timedelta(days=1))
    assert named(found(case, late)) == [("G.06", "licence-express-valid_to")]
    assert named(found(good_case(), late)) == []


@pytest.mark.parametrize("text", ["http://", "https://[::1", "http://nodot"])
def test_g_07_addresses(text: str) -> None:
    """G.07: shops may be named by number."""
    assert named(found(good_case(platform_urls=f"天猫 123456\n{text}"))) == [("G.07", "platform_urls")]


def test_g_08_office() -> None:
    """G.08"""
    assert named(found(good_case(office=""))) == [("G.08", "office")]


def test_g_09_something_changed() -> None:
    """G.09: nothing changed; a supplement that takes away; a cancellation without reason."""
    base = good_case()
    assert named(
        found(good_case(kind=CaseKind.CHANGE, legal_id_encrypted=base.legal_id_encrypted), base=base)
    ) == [("G.09", "")]
    assert named(found(good_case(kind=CaseKind.CHANGE, address="新址"), base=base)) == []
    assert named(found(good_case(kind=CaseKind.SUPPLEMENT, types=["agent"]), base=base)) == [
        ("G.09", "types")
    ]
    assert named(found(good_case(kind=CaseKind.CANCELLATION, name=""), base=base)) == [("G.09", "reason")]


def test_licences_are_dated_data() -> None:
    """Before 2019 an information entry was enough; since then registration with licences (公告2018年第194号)."""
    kinds = EnterpriseType.values
    assert licences_needed(kinds, date(2018, 12, 31)) == {}
    needed = licences_needed(kinds, date(2019, 1, 1))
    assert needed["payment_business"] == ["payment"]
    assert needed["express"] == ["logistics"]


def test_every_rule_is_tested_here() -> None:
    names = [name for name in globals() if name.startswith("test_g_")]
    assert [
        rule.code for rule in RULES if not any(rule.code.replace(".", "_").lower() in n for n in names)
    ] == []
    assert timezone.localdate() >= date(2016, 4, 8)
