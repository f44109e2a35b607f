"""Simplified declaration of export lists: B.A, B.B; each reason is told by its own rule."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from customs.models import ExportCondition
from customs.services.simplifying import Question, may_simplify
from tests.customs.world import World
from tools.parcels import EXPORT_GOODS, SHANGHAI, Generator, Goods

SHIRT = EXPORT_GOODS[0]
Findings = dict[str, tuple[str, str, str]]


def goods(code: str, price: Decimal = SHIRT.price) -> Goods:
    return Goods(code, "T恤", "男式", "011", "011", "502", price)


def simplified(
    world: World, code: str = "6109", price: Decimal = SHIRT.price, *, flag: str = "A", **more: str
) -> Findings:
    """Findings of a list of one line."""
    inventory = {name: more.pop(name) for name in ("licenseNo", "customsCode", "portCode") if name in more}
    documents = world.make.export_parcel(goods=[(goods(code, price), 1)], statistics_flag=flag, **more)  # type: ignore[arg-type]
    documents.inventory |= inventory
    world.decide(documents)
    return world.findings(documents)


def test_four_digits_are_enough_for_9610(world: World) -> None:
    assert simplified(world) == {}


@pytest.mark.parametrize("code", ["8711", "87112020", "8711202000"])
def test_b_a_1_licence_no_goods_under_licence(world: World, code: str) -> None:
    """B.A.1.LICENCE: motorcycles."""
    assert simplified(world, code) == {"B.A.1.LICENCE": ("R", code, "")}


def test_b_a_1_licence_a_licence_number_says_so_too(world: World) -> None:
    assert simplified(world, licenseNo="26-AA-100001") == {"B.A.1.LICENCE": ("R", "26-AA-100001", "")}


def test_b_a_1_licence_a_short_code_has_the_conditions_of_everything_below_it(world: World) -> None:
    """Of 6109 one subheading needs a licence: four digits leave open which goods leave, ten digits do not."""
    ExportCondition.objects.create(
        prefix="610990",
        kind="licence",
        name="样例",
        valid_from="2016-04-08",
        source="test",
        confidence="design",
    )
    assert simplified(world) == {"B.A.1.LICENCE": ("R", "6109", "")}
    assert simplified(world, "6109100010") == {}
    assert simplified(world, "6109909090") == {"B.A.1.LICENCE": ("R", "6109909090", "")}


def test_b_a_1_duty_no_goods_under_export_duty_in_the_dated_table(world: World) -> None:
    """B.A.1.DUTY: from its first day until before its last."""
    ExportCondition.objects.create(
        prefix="6109",
        kind="duty",
        rate=Decimal("0.1"),
        name="样例",
        valid_from="2026-01-01",
        valid_to="2026-11-23",
        source="test",
        confidence="design",
    )
    assert simplified(world) == {}
    ExportCondition.objects.update(valid_to="2026-11-24")
    assert simplified(world) == {"B.A.1.DUTY": ("R", "6109", "")}


def test_b_a_1_heading_must_exist(world: World) -> None:
    """B.A.1.HEADING"""
    assert simplified(world, "9999") == {"B.A.1.HEADING": ("R", "9999", "")}


def test_b_a_2_simplified_list_is_worth_at_most_5000_cny(world: World) -> None:
    """B.A.2: 704.23 USD × 7.10 = 5,000.03 CNY; one cent less is inside."""
    assert simplified(world, price=Decimal("704.23")) == {"B.A.2": ("R", "5000.03", "5000.00")}
    assert simplified(world, price=Decimal("704.22")) == {}


def test_b_a_2_rate_without_a_rate_nothing_is_simplified(world: World) -> None:
    """B.A.2.RATE"""
    world.change_rule("D.FX", **{"502": None})
    assert simplified(world) == {"B.A.2.RATE": ("R", "502", "")}


def test_b_a_3_bonded_exports_are_never_simplified(world: World) -> None:
    """B.A.3"""
    assert simplified(world, "6109100010", trade_mode="1210") == {"B.A.3": ("R", "1210", "")}


@pytest.mark.parametrize(
    ("office", "day", "found"),
    [
        ("3501", datetime(2019, 12, 14, 10, tzinfo=SHANGHAI), {"B.A.3.ZONE": ("R", "3501", "")}),
        ("3501", datetime(2019, 12, 15, 10, tzinfo=SHANGHAI), {}),
        ("3701", datetime(2018, 7, 24, 10, tzinfo=SHANGHAI), {}),
        ("3504", datetime(2026, 11, 23, 10, tzinfo=SHANGHAI), {"B.A.3.ZONE": ("R", "3504", "")}),
    ],
)
def test_b_a_3_zone_four_digits_only_in_pilot_zones(
    world: World, office: str, day: datetime, found: Findings
) -> None:
    """B.A.3.ZONE: Xiamen since 2018, Fuzhou since 2019, Sanming never."""
    world.make = Generator(3, prefix="ZONE", moment=day)
    filed_early(world)
    assert simplified(world, customsCode=office, portCode=office) == found


def filed_early(world: World) -> None:
    """All enterprises are filed since 2016: these tests are about other rules."""
    from filing.models import RegisteredCode

    RegisteredCode.objects.update(valid_from="2016-01-01")


@pytest.mark.parametrize("mode", ["9710", "9810"])
def test_b_b_3_b2b_lists_need_six_digits(world: World, mode: str) -> None:
    """B.B.3"""
    assert simplified(world, trade_mode=mode) == {"B.B.3": ("R", "4", "6")}
    assert simplified(world, "610910", trade_mode=mode) == {}


def test_b_b_3_code_the_subheading_must_exist(world: World) -> None:
    """B.B.3.CODE"""
    assert simplified(world, "610911", trade_mode="9710") == {"B.B.3.CODE": ("R", "610911", "")}


def test_b_b_2_summary_declaration_needs_ten_digits(world: World) -> None:
    """B.B.2"""
    assert simplified(world, "61091000", flag="B") == {"B.B.2": ("R", "8", "")}


def asked(**changes: Any) -> dict[str, tuple[str, str]]:
    """What stands in the way of four shirts of 12.50 USD."""
    question = Question("9610", "3501", date(2026, 11, 23), "502", [("6109", Decimal("50.00"))])
    return {
        one.rule.code: (one.left, one.right) for one in may_simplify(replace(question, **changes)).reasons
    }


def test_the_question_before_declaring_is_answered_by_the_same_rules(world: World) -> None:
    dear = [("6109", Decimal("704.23"))]
    assert asked() == {}
    assert asked(lines=dear) == {"B.A.2": ("5000.03", "5000.00")}
    assert asked(lines=[("8711", Decimal("1.00")), ("9999", Decimal("1.00"))], customs_code="3504") == {
        "B.A.1.LICENCE": ("8711", ""),
        "B.A.1.HEADING": ("9999", ""),
        "B.A.3.ZONE": ("3504", ""),
    }
    assert asked(trade_mode="9710") == {"B.B.3": ("4", "6")}
    assert asked(trade_mode="9710", day=date(2020, 6, 30)) == {"B.A.3": ("9710", "")}
    assert asked(currency="305") == {"B.A.2.RATE": ("305", "")}
    assert asked(licence_no="26-AA-1") == {"B.A.1.LICENCE": ("26-AA-1", "")}


def test_b_a_1_refund_the_trader_says_whether_a_refund_is_claimed(world: World) -> None:
    """B.A.1.REFUND: refund goods are always B with ten digits (rules S.10)."""
    assert asked(refund=True) == {"B.A.1.REFUND": ("", "")}


def test_the_value_is_told_in_cny(world: World) -> None:
    question = Question("9610", "3501", date(2026, 11, 23), "502", [("6109", Decimal("50.00"))])
    assert may_simplify(question).value_cny == Decimal("355.00")
    assert may_simplify(replace(question, currency="305")).value_cny is None
