"""Goods are filed, changed, withdrawn, reviewed: every state and step, the second delivery, the wrong tenant, the wrong role."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from filing.enums import GoodsState
from filing.models import FiledGoods, GoodsVersion
from filing.services.cases import Applicant
from filing.services.goods import (
    Filer,
    GoodsReason,
    SkuFixed,
    SkuTaken,
    TooMany,
    decide_goods,
    file_good,
    file_goods,
    take_goods,
    withdraw_goods,
)
from filing.workflow import GOODS
from portal.models import AuditEntry, Letter, Membership, Organisation, User
from portal.permissions import NotPermitted
from portal.working_days import add_working_days
from tests.filing.goods import good, loaded_codes
from tools.demo.accounts import uscc

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
Officials = Callable[..., User]
codes = loaded_codes


@pytest.fixture
def filer(applicant: Applicant) -> Filer:
    Organisation.objects.filter(pk=applicant.organisation_id).update(district="3501")
    return Filer(applicant.organisation_id, applicant.user)


def states() -> dict[str, str]:
    return dict(FiledGoods.objects.values_list("sku", "state"))


def test_goods_are_filed_at_once_and_those_of_a_ciq_category_wait(filer: Filer) -> None:
    results = file_goods(filer, [good("A"), good("B", ciq_category="food"), good("C", gtin="123")])
    assert [(one.sku, one.state, [fault.field for fault in one.faults]) for one in results] == [
        ("A", "filed", []),
        ("B", "review", []),
        ("C", "", ["gtin"]),
    ]
    assert states() == {"A": GoodsState.FILED, "B": GoodsState.REVIEW}
    waiting = FiledGoods.objects.get(sku="B")
    assert waiting.submitted_at is not None
    assert waiting.due_at == add_working_days(waiting.submitted_at, 3)
    assert AuditEntry.objects.filter(verb="goods_filed").count() == 1


def test_a_second_delivery_changes_nothing_and_a_change_is_a_version(filer: Filer) -> None:
    file_goods(filer, [good("A")])
    before = FiledGoods.objects.get()
    file_goods(filer, [good("A")])
    assert FiledGoods.objects.get().updated_at == before.updated_at
    assert GoodsVersion.objects.count() == 1
    file_goods(filer, [good("A", name="脱脂奶粉")])
    assert FiledGoods.objects.get().version == 2
    assert list(GoodsVersion.objects.order_by("version").values_list("name", flat=True)) == [
        "全脂奶粉",
        "脱脂奶粉",
    ]


def test_the_number_of_statements_does_not_depend_on_the_number_of_goods(filer: Filer) -> None:
    file_goods(filer, [good("first, so that the code tables are known")])
    counts = set()
    for batch in ("a", "b"):
        goods = [good(f"{batch}{n}") for n in range(3 if batch == "a" else 300)]
        with CaptureQueriesContext(connection) as captured:
            file_goods(filer, goods)
        counts.add(len(captured))
    assert len(counts) == 1
    assert FiledGoods.objects.filter(state=GoodsState.FILED).count() == 304


def test_a_form_neither_takes_a_known_sku_nor_renames_one(filer: Filer) -> None:
    file_good(filer, good("A"))
    with pytest.raises(SkuTaken):
        file_good(filer, good("A", name="别的"))
    with pytest.raises(SkuFixed):
        file_good(filer, good("B"), instead_of=FiledGoods.objects.get())
    assert list(FiledGoods.objects.values_list("sku", "name", "version")) == [("A", "全脂奶粉", 1)]


def test_too_many_goods_are_refused_whole(filer: Filer) -> None:
    with pytest.raises(TooMany):
        file_goods(filer, [good(str(n)) for n in range(1_001)])
    assert FiledGoods.objects.count() == 0


def test_withdrawn_goods_come_back_by_filing_again(filer: Filer) -> None:
    written = file_goods(filer, [good("A")])[0]
    assert withdraw_goods(filer, [written.goods_id or 0]) == [written.goods_id]
    assert withdraw_goods(filer, [written.goods_id or 0]) == []
    assert states() == {"A": GoodsState.WITHDRAWN}
    file_goods(filer, [good("A")])
    assert states() == {"A": GoodsState.FILED}
    assert GoodsVersion.objects.count() == 2


def test_others_neither_withdraw_nor_see(filer: Filer) -> None:
    written = file_goods(filer, [good("A")])[0]
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), customs_code="35019609P2", name="别家")
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, organisation=other, role="administrator")
    assert withdraw_goods(Filer(other.pk, stranger), [written.goods_id or 0]) == []
    with pytest.raises(NotPermitted):
        withdraw_goods(Filer(filer.organisation_id, stranger), [written.goods_id or 0])
    file_goods(Filer(other.pk, stranger), [good("A", name="同货号")])
    assert FiledGoods.objects.get(pk=written.goods_id).name == "全脂奶粉"


@pytest.mark.parametrize("role", ["finance", "viewer"])
def test_roles_that_only_read_cannot_file(filer: Filer, role: str) -> None:
    membership = Membership.objects.get(organisation_id=filer.organisation_id)
    membership.role = role
    membership.save()
    with pytest.raises(NotPermitted):
        file_goods(Filer(filer.organisation_id, User.objects.get(username="declarant")), [good("A")])
    assert FiledGoods.objects.count() == 0


def test_review_approves_and_sends_back_with_letters(filer: Filer, official: Officials) -> None:
    first, second = file_goods(filer, [good(sku, ciq_category="food") for sku in ("A", "B")])
    reviewer = official()
    assert [one.ok for one in take_goods(ids=[first.goods_id or 0], actor=reviewer)] == [True]
    decide_goods(ids=[first.goods_id or 0], step="approve", actor=reviewer)
    with pytest.raises(GoodsReason):
        decide_goods(ids=[second.goods_id or 0], step="return", actor=reviewer, reason=" ")
    decide_goods(ids=[second.goods_id or 0], step="return", actor=reviewer, reason="缺少成分")
    assert states() == {"A": GoodsState.FILED, "B": GoodsState.RETURNED}
    assert FiledGoods.objects.get(sku="B").remark == "缺少成分"
    assert sorted(Letter.objects.values_list("code", flat=True)) == [
        "filing.goods_approved",
        "filing.goods_returned",
    ]


def test_the_second_official_is_told_and_nothing_moves(filer: Filer, official: Officials) -> None:
    written = file_goods(filer, [good("A", ciq_category="food")])[0]
    ids = [written.goods_id or 0]
    decide_goods(ids=ids, step="approve", actor=official())
    late = decide_goods(ids=ids, step="return", actor=official("late"), reason="晚了")
    assert [(one.ok, one.code) for one in late] == [(False, "GOODS.STATE")]
    assert states() == {"A": GoodsState.FILED}


def test_goods_taken_by_a_colleague_and_goods_of_another_district(filer: Filer, official: Officials) -> None:
    written = file_goods(filer, [good("A", ciq_category="food")])[0]
    ids = [written.goods_id or 0]
    take_goods(ids=ids, actor=official())
    assert [one.code for one in decide_goods(ids=ids, step="approve", actor=official("second"))] == [
        "GOODS.STATE"
    ]
    foreign = official("foreign", office="3701")
    assert [one.code for one in decide_goods(ids=ids, step="approve", actor=foreign)] == ["GOODS.UNKNOWN"]
    clerk = official("clerk", role="clerk")
    with pytest.raises(NotPermitted):
        decide_goods(ids=ids, step="approve", actor=clerk)
    assert states() == {"A": GoodsState.REVIEW}


def test_every_state_and_step() -> None:
    """Which step leads where; all others do nothing."""
    table = {
        (state, step.name): step.target
        for state in GoodsState.values
        for step in GOODS.transitions.values()
        if state in step.sources
    }
    edited = {"draft", "returned", "filed", "review", "withdrawn"}
    expected = {(state, "file"): "filed" for state in edited} | {
        (state, "review"): "review" for state in edited
    }
    expected |= {("review", "return"): "returned", ("review", "approve"): "filed"}
    expected |= {(state, "withdraw"): "withdrawn" for state in edited - {"withdrawn"}}
    assert table == expected


@pytest.mark.django_db(transaction=True)
def test_the_same_new_good_from_many_sides_is_filed_once(filer: Filer) -> None:
    def file(_n: int) -> str:
        try:
            return file_goods(filer, [good("A"), good("B")])[0].state
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(file, range(16))) == {"filed"}
    assert states() == {"A": GoodsState.FILED, "B": GoodsState.FILED}
    assert GoodsVersion.objects.count() == 2
    assert FiledGoods.objects.filter(updated_at__gt=timezone.now()).count() == 0
