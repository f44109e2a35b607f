"""A parcel typed by hand: kept as it is typed, tried out without a trace, sent by the intake, decided like every other."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from customs.enums import DraftKind
from customs.messages.composing import BUYER, GOODS, PARTIES, TRANSPORT, fields_of, line_fields_of
from customs.models import BuyerYear, Finding, ImportInventory, ImportOrder, Parcel, ParcelDraft, Queue
from customs.services.drafts import content_of, drop_stale_drafts
from exchange.models import Message, Receipt
from filing.models import FiledGoods
from portal.models import AuditEntry, Organisation
from tests.customs.world import World
from tools.parcels import AGENT, IMPORT_GOODS, LOGISTICS, PAYMENT, PLATFORM
from tools.parcels import Parcel as Documents

STEPS = (PARTIES, BUYER, GOODS, TRANSPORT)
LEFT_BEHIND = (Message, Receipt, ImportOrder, ImportInventory, Queue, Finding, BuyerYear, Parcel)


def facts_of(parcel: Documents, kind: DraftKind) -> dict[str, dict[str, str]]:
    """What a person types on each step for these documents, as the form sends it."""
    known = parcel.waybill | parcel.payment | parcel.order | parcel.inventory
    return {
        step: {f.name: shown(f.name, known.get(f.name, "")) for f in fields_of(kind, step)} for step in STEPS
    }


def shown(name: str, text: str) -> str:
    """Moments and days as the browser sends them."""
    if name in {"payTime", "accountingDate"} and text:
        return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}"
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if name in {"declTime", "ieDate"} and text else text


def lines_of(parcel: Documents, kind: DraftKind) -> dict[str, str]:
    return {
        f"line-{at}-{f.name}": line.get(f.name, "")
        for at, line in enumerate(parcel.inventory_lines)
        for f in line_fields_of(kind)
    }


def begin(client: Client, kind: DraftKind, **more: str) -> ParcelDraft:
    answer = client.post("/enterprise/drafts/begin/", {"kind": kind.value, **more})
    assert answer.status_code == 302
    return ParcelDraft.objects.latest("pk")


def typed(client: Client, parcel: Documents, kind: DraftKind, **changes: str) -> ParcelDraft:
    """Every step filled in and saved."""
    draft = begin(client, kind)
    for step, facts in facts_of(parcel, kind).items():
        sent = facts | (lines_of(parcel, kind) if step == GOODS else {})
        answer = client.post(
            f"/enterprise/drafts/{draft.pk}/{step}/", sent | {k: v for k, v in changes.items() if k in sent}
        )
        assert answer.status_code == 302, answer.context["head"].errors
    draft.refresh_from_db()
    return draft


def counts() -> list[int]:
    return [model._default_manager.count() for model in LEFT_BEHIND]


def check(client: Client, draft: ParcelDraft) -> Any:
    return client.get(f"/enterprise/drafts/{draft.pk}/check/")


@pytest.mark.parametrize("kind", [DraftKind.IMPORT_DIRECT, DraftKind.IMPORT_BONDED])
def test_rehearsal_says_the_tax_that_the_decision_takes_and_leaves_nothing(
    world: World, staff: Callable[..., Client], kind: DraftKind
) -> None:
    goods = [(IMPORT_GOODS[1], 2), (IMPORT_GOODS[4], 1)]
    parcel = world.make.import_parcel(goods=goods, freight="12.00", trade_mode=kind.trade_mode)
    client, before = staff("agent"), counts()
    draft = typed(client, parcel, kind)
    answer = check(client, draft)
    found = answer.context["found"]
    assert [one.sentence for one in answer.context["corrections"]] == []
    assert (found.dutiable, found.regime, found.over_year) == (Decimal("535.00000"), "reduced", False)
    assert counts() == before
    decided = world.decide(parcel)[0]
    assert decided.state == "released"
    assert found.tax == decided.duty + decided.vat + decided.consumption_tax
    assert found.dutiable == decided.dutiable


def test_rules_and_limits_are_told_before_anything_is_sent(
    world: World, staff: Callable[..., Client]
) -> None:
    """E.17.YEAR: whether the year's limit is enough, never how much of it is used; rules E.11, D.3."""
    buyer = world.make.person()
    bought = [
        world.make.import_parcel(buyer=buyer, goods=[(IMPORT_GOODS[1], pieces)]) for pieces in range(17, 22)
    ]
    world.decide(*bought)
    parcel = world.make.import_parcel(buyer=buyer, goods=[(IMPORT_GOODS[0], 29)])
    client = staff("agent")
    draft, before = typed(client, parcel, DraftKind.IMPORT_DIRECT), counts()
    answer = check(client, draft)
    assert answer.context["found"].over_year
    assert "E.17.YEAR" in [one.code for one in answer.context["corrections"]]
    assert "21755" not in answer.content.decode()
    assert counts() == before
    assert AuditEntry.objects.filter(verb="draft_checked", subject=f"draft:{draft.pk}").count() == 1


def test_what_the_intake_would_refuse_leads_to_its_field(world: World, staff: Callable[..., Client]) -> None:
    parcel, client = world.make.import_parcel(), staff("agent")
    draft = typed(
        client,
        parcel,
        DraftKind.IMPORT_DIRECT,
        buyerIdNumber="110105194912310021",
        logisticsNo="",
        payTime="",
    )
    answer = check(client, draft)
    links = {one.href for one in answer.context["corrections"]}
    base = f"/enterprise/drafts/{draft.pk}"
    assert links == {
        f"{base}/buyer/#id_buyerIdNumber",
        f"{base}/transport/#id_logisticsNo",
        f"{base}/transport/#id_payTime",
    }
    assert "支付时间：必填项不能为空" in answer.content.decode()
    assert "没有该电商企业委托该申报企业的有效协议" in answer.content.decode()
    assert not answer.context["ready"]
    assert not Message.objects.exists()


def test_each_firm_sends_its_own_document_and_the_parcel_is_released(
    world: World, staff: Callable[..., Client]
) -> None:
    """E.1: the agent sends the list; order, payment and waybill are handed over and sent by those whose they are."""
    parcel, client = world.make.import_parcel(), staff("agent")
    draft = typed(client, parcel, DraftKind.IMPORT_DIRECT)
    for code, firm in (("CEB311Message", PLATFORM), ("CEB411Message", PAYMENT), ("CEB511Message", LOGISTICS)):
        answer = client.post(f"/enterprise/drafts/{draft.pk}/give/{code}/")
        assert answer.status_code == 302
        other = ParcelDraft.objects.get(only=code)
        assert other.organisation.customs_code == firm.code
    payment = content_of(ParcelDraft.objects.get(only="CEB411Message"))
    assert payment.lines == []
    assert "consigneeAddress" not in payment.facts
    for name in ("platform", "payment", "logistics"):
        own = staff(name)
        theirs = ParcelDraft.objects.get(
            organisation__customs_code={"platform": PLATFORM, "payment": PAYMENT, "logistics": LOGISTICS}[
                name
            ].code
        )
        assert own.post(f"/enterprise/drafts/{theirs.pk}/send/").status_code == 302
        theirs.refresh_from_db()
        assert (theirs.sent, theirs.content) == ([theirs.only], "")
    assert client.post(f"/enterprise/drafts/{draft.pk}/send/").status_code == 302
    draft.refresh_from_db()
    assert (draft.sent, draft.content) == (["CEB621Message"], "")
    world.work()
    decided = Parcel.objects.get(order_no=parcel.order_no)
    assert decided.state == "released"
    assert decided.sender_id == draft.organisation_id
    assert client.post(f"/enterprise/drafts/{draft.pk}/send/").status_code == 302
    assert Message.objects.count() == 4


def test_export_of_an_own_declarant_is_sent_by_one_button(world: World, staff: Callable[..., Client]) -> None:
    """The exporter sends order and receipt of money; agent and carrier send theirs."""
    parcel = world.make.export_parcel()
    world.send(parcel, only="CEB505Message")
    client = staff("agent")
    draft = typed(client, parcel, DraftKind.EXPORT)
    found = check(client, draft)
    assert [one.sentence for one in found.context["corrections"]] == []
    assert found.context["found"].dutiable is None
    assert [(one.code, one.mine) for one in found.context["parts"]] == [
        ("CEB303Message", False),
        ("CEB403Message", False),
        ("CEB505Message", False),
        ("CEB603Message", True),
    ]


def test_everything_typed_is_kept_encrypted_and_personal_data_only_masked(
    world: World, staff: Callable[..., Client]
) -> None:
    """F.3; wrong values are kept too, control characters are not."""
    client = staff("agent")
    draft = begin(client, DraftKind.IMPORT_DIRECT)
    url = f"/enterprise/drafts/{draft.pk}/buyer/"
    answer = client.post(
        url + "save/", {"buyerName": "林测试", "buyerIdNumber": "350102199003070119", "orderNo": "A\x00B"}
    )
    assert answer.status_code == 200
    assert "已自动保存" in answer.content.decode()
    draft.refresh_from_db()
    assert "林测试" not in draft.content
    assert content_of(draft).facts["orderNo"] == "AB"
    html = client.get(url).content.decode()
    assert "350*************19" in html
    assert "350102199003070119" not in html
    assert "林测试" not in html
    client.post(f"/enterprise/drafts/{draft.pk}/parties/save/", {"payCode": PAYMENT.code, "payName": ""})
    draft.refresh_from_db()
    assert content_of(draft).facts["payName"] == PAYMENT.name
    client.post(url + "save/", {"buyerName": "", "orderNo": "C"})
    draft.refresh_from_db()
    assert content_of(draft).facts["buyerName"] == "林测试"
    goods = f"/enterprise/drafts/{draft.pk}/goods/"
    client.post(goods + "save/", {"line-0-qty": "1e99999", "line-0-price": "NaN", "freight": "x"})
    assert client.get(goods).status_code == 200
    assert client.get(f"/enterprise/drafts/{draft.pk}/preview/").status_code == 200
    assert check(client, draft).status_code == 200


def test_goods_of_the_catalogue_become_lines(world: World, staff: Callable[..., Client]) -> None:
    agent = Organisation.objects.get(customs_code=AGENT.code)
    good = FiledGoods.objects.create(
        organisation=agent, state="filed", sku="SKU-1", name="保湿面霜", hs_code="3304990010", brand="甲", specification="50毫升",
        unit="142", unit1="035", country="133", currency="142", price_low="229", price_high="250", updated_at=timezone.now(),
    )  # fmt: skip
    client = staff("agent")
    draft = begin(client, DraftKind.IMPORT_DIRECT)
    assert "SKU-1" in client.get(f"/enterprise/drafts/{draft.pk}/goods/?q=保湿").content.decode()
    client.post(f"/enterprise/drafts/{draft.pk}/goods/", {"freight": "5", "add": str(good.pk)})
    draft.refresh_from_db()
    held = content_of(draft)
    assert held.facts["freight"] == "5"
    assert (held.lines[0]["gcode"], held.lines[0]["price"], held.lines[0]["unit1"]) == (
        "3304990010",
        "229",
        "035",
    )
    sent = {f"line-0-{name}": text for name, text in held.lines[0].items()} | {"line-0-qty1": "0.3"}
    client.post(f"/enterprise/drafts/{draft.pk}/goods/save/", sent)
    html = client.get(f"/enterprise/drafts/{draft.pk}/preview/")
    assert html.context["found"].dutiable == Decimal("234.00000")
    client.post(f"/enterprise/drafts/{draft.pk}/goods/", sent | {"take_tax": str(html.context["found"].tax)})
    draft.refresh_from_db()
    assert Decimal(content_of(draft).facts["taxTotal"]) == html.context["found"].tax
    client.post(f"/enterprise/drafts/{draft.pk}/goods/", sent | {"remove": "0"})
    draft.refresh_from_db()
    assert content_of(draft).lines == []


def test_copy_takes_goods_and_parties_and_nothing_of_the_buyer(
    world: World, staff: Callable[..., Client]
) -> None:
    parcel = world.make.import_parcel(trade_mode="1210")
    decided = world.decide(parcel)[0]
    client = staff("agent")
    for more in ({"parcel": str(decided.pk)}, {"last": "1"}):
        held = content_of(begin(client, DraftKind.IMPORT_BONDED, **more))
        assert held.facts["ebcCode"] == parcel.order["ebcCode"]
        assert held.facts["emsNo"] == parcel.inventory["emsNo"]
        assert held.lines[0]["gcode"] == parcel.inventory_lines[0]["gcode"]
        assert not {"buyerName", "buyerIdNumber", "consigneeAddress", "orderNo", "logisticsNo"} & set(
            held.facts
        )


def test_foreign_drafts_do_not_exist_and_viewers_write_nothing(
    world: World, staff: Callable[..., Client]
) -> None:
    draft = begin(staff("agent"), DraftKind.IMPORT_DIRECT)
    stranger, viewer = staff("shop"), staff("agent", "viewer")
    for path in ("parties/", "check/", "preview/", "catalogue/", "discard/"):
        assert stranger.get(f"/enterprise/drafts/{draft.pk}/{path}").status_code == 404
        assert viewer.get(f"/enterprise/drafts/{draft.pk}/{path}").status_code == 403
    for path in ("parties/", "parties/save/", "send/", "discard/", "give/CEB311Message/"):
        assert stranger.post(f"/enterprise/drafts/{draft.pk}/{path}").status_code == 404
    before = draft.content
    draft.refresh_from_db()
    assert draft.content == before
    assert viewer.post("/enterprise/drafts/begin/", {"kind": "I9610"}).status_code == 403
    assert not Message.objects.exists()


def test_drafts_that_nobody_saves_are_deleted(world: World, staff: Callable[..., Client]) -> None:
    """P.DRAFT.KEEP_DAYS: 90 days after the last saving, to the second; a younger draft stays."""
    client = staff("agent")
    old, young = begin(client, DraftKind.IMPORT_DIRECT), begin(client, DraftKind.EXPORT)
    now = timezone.now()
    ParcelDraft.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=90, seconds=1))
    ParcelDraft.objects.filter(pk=young.pk).update(updated_at=now - timedelta(days=90))
    assert drop_stale_drafts(now) == 1
    assert list(ParcelDraft.objects.values_list("pk", flat=True)) == [young.pk]
