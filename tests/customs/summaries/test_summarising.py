"""CEB701 to CEB702 and CEB792: which lists are summarised, how, once only (rules B.2, S.11)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from lxml import etree

from customs.messages import registry
from customs.messages.fields import NS
from customs.models import (
    ClearedList,
    Parcel,
    SummarisedLine,
    SummaryApplication,
    SummaryDeclaration,
    SummaryLine,
)
from customs.selectors.summaries import summary_due
from customs.services.summarising import claim, lapse_incomplete, make, sweep_summaries
from exchange.models import AgencyTask, Receipt
from exchange.services.receipts import read_receipt
from portal.working_days import load_calendar
from tests.customs.summaries.conftest import BAG, DE, SHIRT, Summaries
from tools.parcels import EXPORT_SHOP, LOGISTICS, SHANGHAI, Goods
from tools.parcels import Parcel as Documents

MAY = {"startTime": "20260501000000", "endTime": "20260531235959"}
IN_MAY = datetime(2026, 5, 20, 9, 0, tzinfo=SHANGHAI)


def lines_of(declaration: SummaryDeclaration) -> list[tuple[int, str, Decimal, Decimal, str]]:
    found = SummaryLine.objects.filter(declaration=declaration)
    return [(one.gseqno, one.gcode, one.qty1, one.total, one.currency) for one in found]


def test_B_2_worked_example(summaries: Summaries) -> None:
    """Enterprise P, May 2026, exit customs 3501, by sea: US one declaration with two lines, DE a second with one."""
    load_calendar()
    l1, l2 = summaries.draw((SHIRT, 10)), summaries.draw((SHIRT, 5))
    l3 = summaries.draw((shirt_at("9.00"), 4), country=DE)
    l4 = summaries.draw((BAG, 2))
    late = summaries.draw((SHIRT, 1))
    numbers = summaries.clear(l1, l2, l3, l4, at=IN_MAY)
    (june,) = summaries.clear(late, at=datetime(2026, 6, 2, 8, 0, tzinfo=SHANGHAI))
    answers = summaries.ask(**MAY)
    assert answers == [("399", "[Code:2300;Desc:审结，汇总清单 4 份，形成报关单 2 份]")]
    german, american = SummaryDeclaration.objects.order_by("country")
    assert (german.country, german.port_code, german.traf_mode, german.lists) == (DE, "3501", "2", 1)
    assert lines_of(german) == [(1, "6109100021", Decimal(4), Decimal(36), "502")]
    assert (american.country, american.lists, american.list_lines) == ("502", 3, 3)
    assert lines_of(american) == [
        (1, "4202129000", Decimal(2), Decimal(50), "502"),
        (2, "6109100021", Decimal(15), Decimal(120), "502"),
    ]
    assert set(ClearedList.objects.filter(application=None).values_list("invt_no", flat=True)) == {june}
    assert summary_due(IN_MAY.date().replace(day=1)).isoformat() == "2026-06-15"
    assert summary_due(ClearedList.objects.get(invt_no=june).cleared_month).isoformat() == "2026-07-15"
    assert len(numbers) == 4


def shirt_at(price: str) -> Goods:
    """The shirt at another price."""
    return replace(SHIRT, price=Decimal(price))


def test_B_S_2_a_day_off_moves_the_last_day(summaries: Summaries) -> None:
    """15 November 2026 is a Sunday."""
    load_calendar()
    assert summary_due(date(2026, 10, 1)).isoformat() == "2026-11-16"
    assert summary_due(date(2026, 12, 1)).isoformat() == "2027-01-15"
    summaries.world.change_rule("B.SUMMARY.SHIFT", value=False)
    assert summary_due(date(2026, 10, 1)).isoformat() == "2026-11-15"


def test_the_result_maps_line_to_line(summaries: Summaries) -> None:
    """CEB792: sumNo, declSeqNo, decState, weights, gseqno and gnum of every list line; it fits the official schema (B.S.7)."""
    drawn = [summaries.draw((SHIRT, 2), (BAG, 1)), summaries.draw((BAG, 3))]
    numbers = summaries.clear(*drawn)
    summaries.ask(numbers)
    declaration = SummaryDeclaration.objects.get()
    receipt = Receipt.objects.get(message_type="CEB792Message")
    read = read_receipt(organisation_id=receipt.organisation_id, receipt_id=receipt.pk, with_xml=True)
    assert read.content is not None
    root = etree.fromstring(read.content)
    assert registry()["CEB792Message"].schema.validate(root)
    head = {one.tag.removeprefix(NS): one.text for one in root[0][0]}
    year = declaration.summarised_at.astimezone(SHANGHAI).year
    assert head["sumNo"] == f"3501{year}{declaration.application_id:010d}"
    assert head["declSeqNo"] == f"3501{year}{declaration.pk:010d}"
    assert (head["decState"], head["msgCount"], head["msgSeqNo"]) == ("0", "1", "1")
    assert (head["grossWeight"], head["netWeight"]) == (
        weight_of(drawn, "grossWeight"),
        weight_of(drawn, "netWeight"),
    )
    rows = [{one.tag.removeprefix(NS): one.text for one in line} for line in root[0][1:]]
    assert [(r["invtNo"], r["gnum"], r["gseqno"], r["gcode"]) for r in rows] == [
        (numbers[0], "1", "2", SHIRT.code),
        (numbers[0], "2", "1", BAG.code),
        (numbers[1], "1", "1", BAG.code),
    ]
    assert read.documents[0]["declSeqNo"] == declaration.decl_seq_no
    answer = Receipt.objects.get(message_type="CEB702Message", status="399")
    told = read_receipt(organisation_id=answer.organisation_id, receipt_id=answer.pk, with_xml=True)
    assert told.content is not None
    assert registry()["CEB702Message"].schema.validate(etree.fromstring(told.content))
    assert told.documents[0]["sumNo"] == declaration.sum_no


def weight_of(drawn: list[Documents], name: str) -> str:
    return f"{sum(Decimal(one.inventory[name]) for one in drawn).normalize():f}"


def test_B_S_3_each_part_of_the_key_parts(summaries: Summaries) -> None:
    """Transport mode, country, exit customs, supervision mode part declarations; code, currency, destination part lines."""
    numbers = summaries.clear(
        summaries.draw(),
        summaries.draw(trafMode="5"),
        summaries.draw(portCode="3502"),
        summaries.draw(country=DE),
    )
    summaries.ask(numbers)
    assert SummaryDeclaration.objects.count() == 4
    assert SummaryLine.objects.count() == 4


def test_B_S_4_producers_part_only_when_asked_for(summaries: Summaries) -> None:
    """summaryFlag 1 by consignor, 2 by producer too; producers without a code (NO) are told apart by name."""
    drawn = [
        summaries.draw(ownerName="甲厂"),
        summaries.draw(ownerName="乙厂"),
        summaries.draw(ownerName="乙厂"),
    ]
    numbers = summaries.clear(*drawn)
    summaries.ask(numbers[:1], summaryFlag="1")
    first = SummaryDeclaration.objects.get()
    assert (first.owner_code, first.owner_name) == (EXPORT_SHOP.code, EXPORT_SHOP.name)
    more = summaries.clear(summaries.draw(ownerName="甲厂"))
    summaries.ask([*numbers[1:], *more], summaryFlag="2")
    rest = SummaryDeclaration.objects.exclude(pk=first.pk).order_by("lists")
    assert [(one.owner_code, one.owner_name, one.lists) for one in rest] == [
        ("NO", "甲厂", 1),
        ("NO", "乙厂", 2),
    ]


def test_B_S_5_names_part_lines_only_when_asked_for(summaries: Summaries) -> None:
    """itemNameFlag 1: the goods name of the enterprise, which becomes the name for the refund."""
    drawn = [summaries.draw(), summaries.draw()]
    drawn[0].inventory_lines[0]["itemName"] = "短袖"
    drawn[1].inventory_lines[0]["itemName"] = "长袖"
    summaries.ask(summaries.clear(*drawn), itemNameFlag="1")
    assert [one.name for one in SummaryLine.objects.order_by("pk")] == ["短袖", "长袖"]
    again = [summaries.draw(), summaries.draw()]
    again[0].inventory_lines[0]["itemName"] = "短袖"
    again[1].inventory_lines[0]["itemName"] = "长袖"
    summaries.ask(summaries.clear(*again), itemNameFlag="0")
    assert SummaryLine.objects.filter(list_lines=2).get().name == SHIRT.name


def test_B_S_8_a_declaration_holds_at_most_fifty_lines(summaries: Summaries) -> None:
    """Split when more; weights and values of the parts add up exactly."""
    summaries.world.change_rule("B.SUMMARY.MAX_LINES", value=2)
    other = shirt_at("3.33")
    drawn = [summaries.draw((SHIRT, 1), (BAG, 2), (other, 7)) for _ in range(2)]
    drawn[0].inventory_lines[2] |= {"gcode": "6403990090"}
    drawn[1].inventory_lines[2] |= {"gcode": "6404110000"}
    summaries.ask(summaries.clear(*drawn))
    made = list(SummaryDeclaration.objects.order_by("number"))
    assert [SummaryLine.objects.filter(declaration=one).count() for one in made] == [2, 2]
    assert sum(one.gross_weight for one in made) == Decimal(weight_of(drawn, "grossWeight"))
    assert sum(one.net_weight for one in made) == Decimal(weight_of(drawn, "netWeight"))
    declared = sum(Decimal(line["totalPrice"]) for one in drawn for line in one.inventory_lines)
    assert sum(one.total for one in SummaryLine.objects.all()) == declared
    assert SummarisedLine.objects.count() == 6


def test_only_cleared_lists_of_the_summary_kind(summaries: Summaries) -> None:
    """S.11, S.12: released (800) is not cleared (899); A-lists are only counted. All or nothing."""
    (good,) = summaries.clear(summaries.draw())
    (simple,) = summaries.clear(summaries.draw(statisticsFlag="A"))
    (released,) = summaries.world.decide(summaries.draw())
    assert released.state == "released"
    ((status, info),) = summaries.ask([good, simple, released.invt_no])
    assert status == "100"
    assert f"清单不是汇总申报清单：{simple}" in info
    assert f"清单不存在、未结关，或不属于本次申请的企业和海关：{released.invt_no}" in info
    assert good not in info
    assert not SummaryDeclaration.objects.exists()
    assert ClearedList.objects.get(invt_no=good).application_id is None
    assert Parcel.objects.get(invt_no=good).state == "cleared"


def test_lists_between_firms_are_not_summarised(summaries: Summaries) -> None:
    """9710 is not declared by list release and summary (rules R.3): the list is cleared, never claimed (B.SUMMARY.MODES)."""
    summaries.world.change_rule("B.SUMMARY.MODES", value=["1210"])
    (number,) = summaries.clear(summaries.draw())
    ((status, info),) = summaries.ask([number])
    assert (status, info) == ("100", f"[Code:1300;Desc:清单不是汇总申报清单：{number}]")
    assert summaries.ask(startTime="20200101000000", endTime="20991231235959")[0][0] == "100"
    assert ClearedList.objects.get().trade_mode == "9610"
    assert not SummaryDeclaration.objects.exists()


def test_a_list_is_summarised_once(summaries: Summaries) -> None:
    numbers = summaries.clear(summaries.draw(), summaries.draw())
    assert summaries.ask(numbers[:1])[0][0] == "399"
    ((status, info),) = summaries.ask(numbers)
    assert (status, info) == ("100", f"[Code:1300;Desc:清单已在汇总申请中：{numbers[0]}]")
    assert SummaryDeclaration.objects.count() == 1
    assert summaries.ask(startTime="20200101000000", endTime="20991231235959")[0][0] == "399"
    assert SummarisedLine.objects.count() == 2
    ((status, info),) = summaries.ask(startTime="20200101000000", endTime="20991231235959")
    assert (status, info) == ("100", "[Code:1300;Desc:该时间段内没有可汇总的已结关清单]")


def test_returned_goods_are_not_summarised(summaries: Summaries) -> None:
    drawn = summaries.draw()
    (number,) = summaries.clear(drawn)
    world = summaries.world
    assert world.follow("CEB213Message", drawn)[0][0] == "120"
    assert world.follow("CEB215Message", drawn)[0][0] == "399"
    assert world.parcel(drawn).state == "returned"
    assert ClearedList.objects.get(invt_no=number).returned
    ((status, info),) = summaries.ask([number])
    assert (status, info) == ("100", f"[Code:1300;Desc:清单已退运或不在结关状态：{number}]")


def test_a_range_makes_the_body_ignored(summaries: Summaries) -> None:
    """B.S.6; the last second of the range belongs to it, the next does not."""
    (inside,) = summaries.clear(
        summaries.draw(), at=datetime(2026, 5, 31, 23, 59, 59, 900_000, tzinfo=SHANGHAI)
    )
    (outside,) = summaries.clear(summaries.draw(), at=datetime(2026, 6, 1, 0, 0, tzinfo=SHANGHAI))
    assert summaries.ask([outside, "35012026E999999999"], **MAY)[0][0] == "399"
    assert ClearedList.objects.get(invt_no=inside).application_id is not None
    assert ClearedList.objects.get(invt_no=outside).application_id is None


def test_parts_are_worked_when_all_have_come(summaries: Summaries) -> None:
    """msgCount and msgSeqNo (interface specification 202205): in any order, each answered with the same result."""
    numbers = summaries.clear(summaries.draw(), summaries.draw())
    split = {"copNo": "SPLIT1", "msgCount": "2"}
    summaries.send(numbers[1:], **split, msgSeqNo="2")
    application = SummaryApplication.objects.get()
    assert (application.state, sweep_summaries()) == ("collecting", 0)
    assert Receipt.objects.filter(status="3").get().info == "[Code:1800;Desc:已收到分段报文，尚缺 1 段]"
    answers = summaries.ask(numbers[:1], **split, msgSeqNo="1")
    assert [status for status, _info in answers] == ["399", "399"]
    assert SummaryDeclaration.objects.get().lists == 2
    summaries.send(numbers, **split, msgSeqNo="1")
    assert SummaryApplication.objects.count() == 1


def test_parts_must_agree_and_come_in_time(summaries: Summaries) -> None:
    numbers = summaries.clear(summaries.draw())
    summaries.send(numbers, copNo="SPLIT2", msgCount="3", msgSeqNo="1")
    summaries.send(numbers, copNo="SPLIT2", msgCount="2", msgSeqNo="2")
    refused = Receipt.objects.filter(status="-800001").get()
    assert refused.info == "[Code:-800001;Desc:与已收到的分段报文不一致：msg_count]"
    application = SummaryApplication.objects.get()
    lapse_incomplete()
    application.refresh_from_db()
    assert application.state == "collecting"
    SummaryApplication.objects.update(due_at=datetime(2026, 1, 1, tzinfo=SHANGHAI))
    lapse_incomplete()
    application.refresh_from_db()
    assert (application.state, application.reason) == ("refused", "分段报文未在期限内收齐，尚缺 2 段")
    assert [status for status, _info in summaries.answers()] == ["100"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"msgSeqNo": "2"}, "报文序号 msgSeqNo 大于报文总数 msgCount"),
        ({"startTime": "20260501000000"}, "汇总开始时间与汇总结束时间须同时填写"),
        ({"startTime": "20260502000000", "endTime": "20260501000000"}, "汇总结束时间早于汇总开始时间"),
        ({}, "未填写汇总时间段，也没有清单编号"),
        ({"agentCode": LOGISTICS.code, "ebcCode": LOGISTICS.code}, "申报单位、收发货人都不是报文传输企业"),
    ],
)
def test_a_wrong_request_moves_nothing(summaries: Summaries, changes: dict[str, str], sentence: str) -> None:
    summaries.send((), **changes)
    answer = Receipt.objects.filter(status="-800001").get()
    assert answer.info == f"[Code:-800001;Desc:{sentence}]"
    assert not SummaryApplication.objects.exists()


def test_another_enterprise_cannot_summarise_or_learn_of_a_list(summaries: Summaries) -> None:
    (number,) = summaries.clear(summaries.draw())
    own = {"agentCode": LOGISTICS.code, "agentName": LOGISTICS.name}
    ((status, info),) = summaries.ask([number], sender=LOGISTICS, **own)
    assert status == "100"
    assert info == f"[Code:1300;Desc:清单不存在、未结关，或不属于本次申请的企业和海关：{number}]"
    assert ClearedList.objects.get().application_id is None


def test_the_consignor_may_ask_for_itself(summaries: Summaries) -> None:
    """The sample of the specification is transmitted by the consignor, not by the declaring enterprise."""
    (number,) = summaries.clear(summaries.draw())
    assert summaries.ask([number], sender=EXPORT_SHOP)[0][0] == "399"


def test_a_killed_worker_leaves_the_request_to_the_sweep(summaries: Summaries) -> None:
    """Claimed and committed, then killed: the sweep finishes; a second run changes nothing."""
    numbers = summaries.clear(summaries.draw())
    summaries.send(numbers)
    application = SummaryApplication.objects.get()
    assert claim(application.pk)
    application.refresh_from_db()
    assert (application.state, application.lists, application.sum_no) == ("working", 1, "")
    assert sweep_summaries() == 1
    assert sweep_summaries() == 0
    make(application.pk)
    assert not claim(application.pk)
    assert (SummaryDeclaration.objects.count(), SummarisedLine.objects.count()) == (1, 1)
    assert AgencyTask.objects.filter(kind="DECLARATION").count() == 1


def test_a_long_result_comes_in_parts(summaries: Summaries) -> None:
    """msgCount and msgSeqNo of CEB792; every line in one part, in order."""
    summaries.world.change_rule("B.SUMMARY.RESULT_LINES", value=2)
    numbers = summaries.clear(*[summaries.draw((SHIRT, 1), (BAG, 1)) for _ in range(3)], summaries.draw())
    summaries.ask(numbers)
    receipts = Receipt.objects.filter(message_type="CEB792Message").order_by("id")
    roots = [
        etree.fromstring(
            read_receipt(organisation_id=one.organisation_id, receipt_id=one.pk, with_xml=True).content
        )
        for one in receipts
    ]
    assert [r[0][0].findtext(f"{NS}msgSeqNo") for r in roots] == ["1", "2", "3", "4"]
    assert {r[0][0].findtext(f"{NS}msgCount") for r in roots} == {"4"}
    told = [(line.findtext(f"{NS}invtNo"), line.findtext(f"{NS}gnum")) for r in roots for line in r[0][1:]]
    assert told == [*[(number, n) for number in numbers[:3] for n in ("1", "2")], (numbers[3], "1")]
