"""C.3: two verdicts on one list, one appointment, one release receipt."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customs.enums import Direction
from customs.models import CiqVerdict, TaxBill
from customs.services.deciding import decide_parcels
from customs.services.quarantine import decide_quarantine
from customs.services.working import decide_batch
from exchange.models import AgencyTask, Receipt
from portal.models import Agency, AuditEntry, Event, Office, Post, TransitionLog, User
from portal.permissions import NotPermitted
from portal.standing import standing
from tests.customs.pipeline.test_deciding import official
from tests.customs.world import TAX, World
from tools.parcels import ALERT_GOODS, IMPORT_GOODS
from tools.parcels import Parcel as Documents

Says = Callable[..., dict[str, str]]
CREAM, MILK = IMPORT_GOODS[1], IMPORT_GOODS[0]


@pytest.fixture
def cream(required: World) -> Documents:
    """A green list of chapter 33, declared."""
    documents = required.make.import_parcel(goods=[(CREAM, 1)])
    required.decide(documents)
    return documents


def statuses(parcel_id: int) -> list[str]:
    """returnStatus of the list's receipts, in order."""
    rows = Receipt.objects.filter(document_id=parcel_id).exclude(message_type__in=TAX).order_by("id")
    return [row.status for row in rows]


def stands(world: World, documents: Documents) -> tuple[str, str]:
    """(customs' state, second verdict)."""
    parcel = world.parcel(documents)
    return parcel.state, CiqVerdict.objects.get(pk=parcel.pk).state


def ciq_official(role: str = "reviewer", office: str = "3501") -> User:
    user = User.objects.create(username=f"ciq-{role}-{office}", last_name="郑检")
    agency = Agency.objects.get(code="ciq")
    where, _made = Office.objects.get_or_create(agency=agency, code=office, defaults={"name": office})
    Post.objects.create(user=user, agency=agency, office=where, role=role)
    return user


def test_declare_wait_inspect_together_and_release_once(
    required: World, cream: Documents, says: Says
) -> None:
    parcel = required.parcel(cream)
    assert stands(required, cream) == ("awaiting_ciq", "W")
    assert required.receipts(cream)[-1][1:] == ("399", "[Code:2300;Desc:海关审结，待检验检疫]")
    assert required.used(parcel.buyer_id_hash) == (parcel.dutiable, 0)
    assert not TaxBill.objects.exists()
    assert says("ciq", parcel.pk, "S")["status"] == "noted"
    assert stands(required, cream) == ("awaiting_ciq", "S")

    says("ciq", parcel.pk, "Q", "开箱查验")
    assert stands(required, cream) == ("inspection", "Q")
    slot = CiqVerdict.objects.get(pk=parcel.pk)
    assert slot.appointment_on is not None
    assert slot.appointment_on > timezone.localdate()
    assert slot.appointment_site == (parcel.loct_no or parcel.port_code)
    assert AgencyTask.objects.get(agency_code="gacc", subject_id=parcel.pk).kind == "INSPECTION"

    assert says("gacc", parcel.pk, "conform")["status"] == "decided"
    assert stands(required, cream) == ("awaiting_ciq", "Q")
    assert "800" not in statuses(parcel.pk)
    says("ciq", parcel.pk, "C", "合格")
    assert stands(required, cream) == ("released", "C")
    assert statuses(parcel.pk) == ["399", "500", "399", "800"]
    assert required.used(parcel.buyer_id_hash) == (0, parcel.dutiable)
    assert TaxBill.objects.get().parcel_id == parcel.pk
    assert Event.objects.filter(name="parcels_released", ids=[parcel.pk]).count() == 1


def test_customs_is_the_last_to_agree(required: World, cream: Documents, says: Says) -> None:
    """C before customs' own verdict releases nothing; customs' release then sends the one 800."""
    parcel = required.parcel(cream)
    says("ciq", parcel.pk, "Q")
    says("ciq", parcel.pk, "C")
    assert stands(required, cream) == ("inspection", "C")
    says("gacc", parcel.pk, "conform")
    assert stands(required, cream) == ("released", "C")
    assert statuses(parcel.pk) == ["399", "500", "800"]


def test_second_delivery_and_late_letters_change_nothing(
    required: World, cream: Documents, says: Says
) -> None:
    parcel = required.parcel(cream)
    says("ciq", parcel.pk, "Q", "开箱")
    moved = TransitionLog.objects.count()
    assert says("ciq", parcel.pk, "Q", "开箱")["status"] == "noted"
    assert says("ciq", parcel.pk, "S", "已接收")["status"] == "noted"
    assert (stands(required, cream), TransitionLog.objects.count()) == (("inspection", "Q"), moved)
    says("ciq", parcel.pk, "C", "合格")
    sent = statuses(parcel.pk)
    assert says("ciq", parcel.pk, "C", "合格")["status"] == "decided"
    assert says("ciq", parcel.pk, "N", "不合格")["status"] == "refused"
    assert (stands(required, cream), statuses(parcel.pk)) == (("inspection", "C"), sent)


def test_not_passed_goods_go_back_or_are_destroyed(required: World, cream: Documents, says: Says) -> None:
    """any × N: REFUSED; no official can release them; the return is the receipt 700."""
    parcel, who = required.parcel(cream), official("林审单")
    says("ciq", parcel.pk, "N", "检出禁用物质")
    assert stands(required, cream) == ("refused", "N")
    last = Receipt.objects.filter(document_id=parcel.pk).latest("id")
    assert (last.status, last.info) == ("600", "[Code:2610;Desc:检验检疫不合格，退运或销毁：检出禁用物质]")
    (refused,) = decide_parcels(parcel_ids=[parcel.pk], outcome="release", actor=who)
    assert (refused.ok, required.parcel(cream).state) == (False, "refused")
    assert decide_parcels(parcel_ids=[parcel.pk], outcome="send_back", actor=who, reason="退运")[0].ok
    assert (required.parcel(cream).state, statuses(parcel.pk)) == ("returned", ["399", "600", "700"])
    assert required.used(parcel.buyer_id_hash) == (0, 0)


def test_detained_goods_stay_detained_and_cannot_be_released(
    required: World, cream: Documents, says: Says
) -> None:
    parcel = required.parcel(cream)
    says("ciq", parcel.pk, "Q")
    says("gacc", parcel.pk, "detain")
    says("ciq", parcel.pk, "N", "检出禁用物质")
    assert stands(required, cream) == ("detained", "N")
    (refused,) = decide_parcels(parcel_ids=[parcel.pk], outcome="release", actor=official("林审单"))
    assert (refused.code, required.parcel(cream).state) == ("PARCEL.CIQ_REFUSED", "detained")
    assert "800" not in statuses(parcel.pk)


def test_customs_selection_takes_the_other_agency_along(required: World, says: Says) -> None:
    """“一次查验”: customs' own selection gives the second verdict the same appointment; both are in both orders."""
    documents = required.make.import_parcel(goods=[(ALERT_GOODS, 1), (CREAM, 1)])
    parcel = required.decide(documents)[0]
    assert stands(required, documents) == ("inspection", "W")
    assert CiqVerdict.objects.get(pk=parcel.pk).appointment_on is not None
    says("ciq", parcel.pk, "Q")
    says("gacc", parcel.pk, "conform")
    assert stands(required, documents) == ("awaiting_ciq", "Q")
    says("ciq", parcel.pk, "C")
    assert (stands(required, documents), statuses(parcel.pk)) == (("released", "C"), ["500", "399", "800"])


def test_other_goods_modes_and_days_need_no_verdict(required: World) -> None:
    """Lists that need none have no row, no task, and go their usual way."""
    milk = required.make.import_parcel(goods=[(MILK, 1)])
    bonded = required.make.import_parcel(goods=[(CREAM, 1)], trade_mode="1210")
    exported = required.make.export_parcel()
    assert [p.state for p in required.decide(milk, bonded, exported)] == ["released"] * 3
    assert not CiqVerdict.objects.exists()
    assert not AgencyTask.objects.filter(agency_code="ciq").exists()


def test_an_official_of_the_agency_decides_at_the_desk(required: World, cream: Documents) -> None:
    parcel = required.parcel(cream)
    elsewhere, clerk, customs = ciq_official(office="3502"), ciq_official("clerk"), official("林审单")
    for foreign in (elsewhere, customs):
        (unseen,) = decide_quarantine(parcel_ids=[parcel.pk], step="pass", actor=foreign)
        assert unseen.code == "CIQ.UNKNOWN"
    with pytest.raises(NotPermitted):
        decide_quarantine(parcel_ids=[parcel.pk], step="pass", actor=clerk)
    assert stands(required, cream) == ("awaiting_ciq", "W")
    who = ciq_official()
    assert decide_quarantine(parcel_ids=[parcel.pk], step="pass", actor=who)[0].ok
    assert (stands(required, cream), statuses(parcel.pk)) == (("released", "C"), ["399", "800"])
    entry = AuditEntry.objects.get(verb="quarantine_verdict")
    assert (entry.actor_id, entry.subject, entry.detail) == (who.pk, f"parcel:{parcel.pk}", {"verdict": "C"})
    (late,) = decide_quarantine(parcel_ids=[parcel.pk], step="refuse", actor=who, reason="不合格")
    assert (late.code, stands(required, cream)) == ("CIQ.DECIDED", ("released", "C"))


def test_a_verdict_that_stays_out_is_told(required: World, cream: Documents) -> None:
    CiqVerdict.objects.update(due_at=timezone.now() - timedelta(hours=1))
    one = standing("customs.quarantine")
    assert one is not None
    assert list(one.beyond(timezone.now()).values_list("pk", flat=True)) == [required.parcel(cream).pk]
    documents = required.parcel(cream)
    (ended,) = decide_parcels(
        parcel_ids=[documents.pk], outcome="reject", actor=official("林审单"), reason="企业申请"
    )
    assert (ended.ok, required.parcel(cream).state) == (True, "rejected")
    assert not one.beyond(timezone.now()).exists()


def test_an_ordinary_batch_pays_nothing(required: World) -> None:
    """No statement more when no rule in force requires the verdict; a fixed number more when one does."""

    def cost(goods: list[tuple[object, int]], size: int) -> int:
        required.send(*[required.make.import_parcel(goods=goods) for _ in range(size)])  # type: ignore[arg-type]
        required.know_buyers()
        with CaptureQueriesContext(connection) as captured:
            assert decide_batch(Direction.IMPORT).parcels == size
        own = [q["sql"] for q in captured.captured_queries if "registerversion" not in q["sql"]]
        return sum(not sql.startswith(("SAVEPOINT", "RELEASE", "DELETE FROM t_")) for sql in own)

    cost([(MILK, 1)], 1)
    assert cost([(CREAM, 1)], 2) == cost([(CREAM, 1)], 30)
    needed = cost([(MILK, 1)], 2)
    required.change_rule("C.CIQ.REQUIRED", **{"9610": []})
    cost([(MILK, 1)], 1)
    assert cost([(CREAM, 1)], 2) == needed - 1
