"""Goods are filed, changed, copied, withdrawn and reviewed. One good and twenty thousand go the same way: cleaned, checked, written
in a few statements, a version of each kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.enums import GoodsState
from filing.models import FiledGoods, GoodsVersion
from filing.permissions import AGENCY, DECIDE, GOODS, TAKE
from filing.rules.goods import NAMES, GoodsFault, cleaned, faults
from filing.workflow import GOODS as FLOW
from portal import audit, letters, rules
from portal.desk.assigning import note_taking
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import code_set, office_codes_of, organisation_by_id
from portal.workflow import advance_many
from portal.working_days import add_working_days

if TYPE_CHECKING:
    from portal.models import ApiClient, User

MOST_AT_ONCE = 1_000
REASON_LENGTH = 500


class GoodsUnknown(Refusal):
    """No such good of this enterprise, or of this office."""

    code = "GOODS.UNKNOWN"
    message = _("没有此商品。")
    status = 404


class GoodsClosed(Refusal):
    """Its state does not allow this."""

    code = "GOODS.STATE"
    message = _("商品当前状态（%(state)s）不允许此操作。")
    status = 409


class TooMany(Refusal):
    """More goods than one request may hold."""

    code = "GOODS.TOO_MANY"
    message = _("一次最多 %(most)s 个商品，请分批提交。")
    field = "goods"
    status = 413


class SkuTaken(Refusal):
    """Filing as new what is filed."""

    code = "GOODS.SKU_TAKEN"
    message = _("货号 %(sku)s 已备案。如需变更，请打开该商品修改；如是另一商品，请换一个货号。")
    field = "sku"
    status = 409


class SkuFixed(Refusal):
    """The SKU is what a good is known by."""

    code = "GOODS.SKU_FIXED"
    message = _("货号 %(sku)s 不能改变；请复制为新商品，再撤销原商品。")
    field = "sku"
    status = 409


class GoodsReason(Refusal):
    """Sending a good back needs a reason."""

    code = "GOODS.REASON"
    message = _("退回修改须写明意见。")
    field = "reason"


@dataclass(frozen=True)
class Filer:
    """Who files for which enterprise: a person or a machine."""

    organisation_id: int
    user: "User | None" = None
    client: "ApiClient | None" = None

    def check(self) -> None:
        """Raises NotPermitted for a person without the right; machines are checked by scope."""
        if self.user is not None:
            require(self.user, GOODS, organisation_id=self.organisation_id)


@dataclass(frozen=True)
class Written:
    """What became of one row: the good's id and state, or its faults."""

    sku: str
    goods_id: int | None
    state: str
    faults: Sequence[GoodsFault] = ()


def file_goods(who: Filer, rows: Sequence[Mapping[str, Any]]) -> list[Written]:
    """File or change goods by SKU, at most 1,000 at once; each row is answered. A row that changes nothing stays as it is.

    Goods of a CIQ category wait for an official, all others are filed at once. The last of two rows with one SKU wins. Raises
    NotPermitted, TooMany.
    """
    who.check()
    if len(rows) > MOST_AT_ONCE:
        raise TooMany(most=MOST_AT_ONCE)
    codes = cache(code_set)
    good: dict[str, dict[str, Any]] = {}
    wrong: list[tuple[str, list[GoodsFault]]] = []
    for row in rows:
        values = cleaned(row)
        found = list(faults(values, codes))
        wrong.append((values["sku"], found))
        if not found:
            good[values["sku"]] = values
    try:
        stored = write(who, good)
    except IntegrityError:  # somebody filed one of these for the first time in this moment: now it is known
        stored = write(who, good)
    return [Written(sku, None, "", found) if found else Written(sku, *stored[sku]) for sku, found in wrong]


def file_good(who: Filer, row: Mapping[str, Any], instead_of: FiledGoods | None = None) -> Written:
    """File one good from a form. A changed SKU would be another good, and a new good must not take a known SKU: both are refused.

    Raises NotPermitted, SkuTaken.
    """
    sku = str(cleaned(row)["sku"])
    if instead_of is not None and sku != instead_of.sku:
        raise SkuFixed(sku=instead_of.sku)
    if (
        instead_of is None
        and FiledGoods.objects.filter(organisation_id=who.organisation_id, sku=sku).exists()
    ):
        raise SkuTaken(sku=sku)
    return file_goods(who, [row])[0]


@transaction.atomic
def write(who: Filer, good: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[int, str]]:
    """SKU → (id, state) of cleaned goods: the new and the changed are written, versioned and moved on."""
    now = timezone.now()
    known = {
        one.sku: one
        for one in FiledGoods.objects.select_for_update()
        .filter(organisation_id=who.organisation_id, sku__in=list(good))
        .order_by("pk")
    }
    changed = [sku for sku in good if sku not in known or differs(known[sku], good[sku])]
    new = [
        FiledGoods(organisation_id=who.organisation_id, updated_at=now, **good[sku])
        for sku in changed
        if sku not in known
    ]
    again = [known[sku] for sku in changed if sku in known]
    for one in again:
        for name in NAMES:
            setattr(one, name, good[one.sku][name])
        one.version, one.updated_at, one.remark = one.version + 1, now, ""
    FiledGoods.objects.bulk_create(new)
    FiledGoods.objects.bulk_update(again, [*NAMES, "version", "updated_at", "remark"], batch_size=500)
    keep_versions([*new, *again], who, now)
    move_on([*new, *again], who, now)
    ids = FiledGoods.objects.filter(organisation_id=who.organisation_id, sku__in=list(good))
    return {sku: (pk, state) for sku, pk, state in ids.values_list("sku", "pk", "state")}


def differs(one: FiledGoods, values: Mapping[str, Any]) -> bool:
    """A withdrawn good is filed anew by the same values."""
    if one.state == GoodsState.WITHDRAWN:
        return True
    return any(getattr(one, name) != values[name] for name in NAMES)


def keep_versions(goods: Sequence[FiledGoods], who: Filer, now: datetime) -> None:
    GoodsVersion.objects.bulk_create(
        GoodsVersion(
            goods_id=one.pk,
            version=one.version,
            at=now,
            actor_id=who.user.pk if who.user else None,
            **{name: getattr(one, name) for name in NAMES},
        )
        for one in goods
    )


def office_of(organisation_id: int) -> str:
    """The customs office that reviews an enterprise's goods: that of its district."""
    found = organisation_by_id(organisation_id)
    return found.district if found else ""


def move_on(goods: Sequence[FiledGoods], who: Filer, now: datetime) -> None:
    """Filed at once, or to the review queue with its time limit."""
    if not goods:
        return
    review = [one.pk for one in goods if one.ciq_category]
    advance_many(FLOW, "file", [one.pk for one in goods if not one.ciq_category], actor=who.user)
    if review:
        days = int(rules.value("G.GOODS.REVIEW_DAYS", timezone.localdate()))
        advance_many(FLOW, "review", review, actor=who.user)
        FiledGoods.objects.filter(pk__in=review).update(
            submitted_at=now,
            due_at=add_working_days(now, days),
            taken_by=None,
            office=office_of(who.organisation_id),
        )
    audit.record(
        Verb.GOODS_FILED,
        actor=who.user,
        client=who.client,
        organisation_id=who.organisation_id,
        subject=f"goods:{goods[0].pk}" if len(goods) == 1 else "goods",
        detail={"goods": len(goods), "review": len(review)},
    )


@transaction.atomic
def withdraw_goods(who: Filer, ids: Sequence[int]) -> list[int]:
    """Goods that are no longer traded; filed again they come back. Returns the ids that were withdrawn. Raises NotPermitted."""
    who.check()
    own = FiledGoods.objects.filter(organisation_id=who.organisation_id, pk__in=list(ids))
    moved = advance_many(FLOW, "withdraw", list(own.values_list("pk", flat=True)), actor=who.user)
    FiledGoods.objects.filter(pk__in=moved).update(due_at=None, taken_by=None, updated_at=timezone.now())
    if moved:
        audit.record(
            Verb.GOODS_WITHDRAWN,
            actor=who.user,
            client=who.client,
            organisation_id=who.organisation_id,
            subject=f"goods:{moved[0]}" if len(moved) == 1 else "goods",
            detail={"goods": moved[:100]},
        )
    return moved


def reviewable(actor: "User", ids: Sequence[int]) -> list[FiledGoods]:
    """Goods that wait at this official's offices among these, locked in order."""
    offices = office_codes_of(actor, AGENCY)
    found = FiledGoods.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk")
    if offices is not None:
        found = found.filter(office__in=offices)
    return list(found.select_related("organisation"))


@dataclass(frozen=True)
class GoodsResult:
    """What became of one good of a bulk action."""

    goods_id: int
    ok: bool
    code: str = ""
    message: str = ""


@transaction.atomic
def take_goods(*, ids: Sequence[int], actor: "User", taken: bool = True) -> list[GoodsResult]:
    """Take goods from the review queue, or give them back. Raises NotPermitted."""
    require(actor, TAKE)
    results, good = sorted_out(actor, ids)
    FiledGoods.objects.filter(pk__in=good).update(taken_by=actor if taken else None)
    note_taking(FLOW.model_label, good, actor, taken=taken)
    return results


@transaction.atomic
def decide_goods(*, ids: Sequence[int], step: str, actor: "User", reason: str = "") -> list[GoodsResult]:
    """Approve goods or send them back with a remark; the enterprise is told once. Raises NotPermitted, GoodsReason."""
    require(actor, DECIDE)
    reason = reason.strip()[:REASON_LENGTH]
    if step == "return" and not reason:
        raise GoodsReason
    results, good = sorted_out(actor, ids)
    moved = advance_many(FLOW, step, good, actor=actor, note=reason)
    FiledGoods.objects.filter(pk__in=moved).update(
        due_at=None, taken_by=None, remark=reason if step == "return" else ""
    )
    counted: dict[int, int] = {}
    for organisation_id in FiledGoods.objects.filter(pk__in=moved).values_list("organisation_id", flat=True):
        counted[organisation_id] = counted.get(organisation_id, 0) + 1
    for organisation_id, count in counted.items():
        audit.record(
            Verb.GOODS_DECIDED,
            actor=actor,
            organisation_id=organisation_id,
            subject="goods",
            detail={"step": step, "goods": moved[:100]},
        )
        letters.send(
            "filing.goods_returned" if step == "return" else "filing.goods_approved",
            organisation_id=organisation_id,
            roles=[MemberRole.ADMINISTRATOR, MemberRole.DECLARANT],
            params={"count": str(count), "reason": reason or "—"},
            link="/enterprise/goods/",
        )
    return results


def sorted_out(actor: "User", ids: Sequence[int]) -> tuple[list[GoodsResult], list[int]]:
    """(a result for each asked id, the ids that can be worked)."""
    found = {one.pk: one for one in reviewable(actor, ids)}
    results, good = [], []
    for pk in dict.fromkeys(ids):
        refusal = refusal_of(found.get(pk), actor)
        if refusal is None:
            good.append(pk)
        results.append(
            GoodsResult(pk, ok=True)
            if refusal is None
            else GoodsResult(pk, False, refusal.code, refusal.sentence)
        )
    return results, good


def refusal_of(one: FiledGoods | None, actor: "User") -> Refusal | None:
    if one is None:
        return GoodsUnknown()
    if one.state != GoodsState.REVIEW or one.taken_by_id not in {None, actor.pk}:
        return GoodsClosed(state=one.get_state_display())
    return None
