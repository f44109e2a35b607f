"""Guarantees for tax and the account of what a guarantor owes (rules D.8): registered by one official, confirmed by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import GuaranteeState
from customs.models import Guarantee, GuaranteeAccount, Parcel
from customs.permissions import CONFIRM_SECURITY, REGISTER_SECURITY
from customs.workflow import GUARANTEE
from exchange.agencies.gacc.adapter import AGENCY
from portal import audit, rules, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import office_codes_of, organisation_by_code

if TYPE_CHECKING:
    from portal.models import User

REASON_LENGTH = 500


class GuarantorUnknown(Refusal):
    """No enterprise has this code."""

    code = "SECURITY.ENTERPRISE"
    message = _("没有代码为 %(code)s 的企业。")
    field = "code"


class AmountWrong(Refusal):
    """Nothing, less than nothing, or more than a bank would guarantee."""

    code = "SECURITY.AMOUNT"
    message = _("担保金额应大于 0，最多两位小数，不超过 1000 亿元。")
    field = "amount"


class DatesWrong(Refusal):
    """It ends before it begins."""

    code = "SECURITY.DATES"
    message = _("失效日应晚于生效日和今天。")
    field = "valid_to"


class RegisteredAlready(Refusal):
    """The same document of the same enterprise is registered."""

    code = "SECURITY.TWICE"
    message = _("该企业已登记编号为 %(reference)s 的担保。")
    field = "reference"
    status = 409


class GuaranteeUnknown(Refusal):
    """None such at this official's office."""

    code = "SECURITY.UNKNOWN"
    message = _("没有此担保，或不属于您的机构。")
    status = 404


class SameOfficial(Refusal):
    """Four eyes."""

    code = "SECURITY.FOUR_EYES"
    message = _("登记人不能复核自己登记的担保，请由另一人复核。")
    status = 403


class GuaranteeDecided(Refusal):
    """Somebody was first."""

    code = "SECURITY.DECIDED"
    message = _("该担保当前状态为%(state)s，不能进行此操作。")
    status = 409


class NotCovered(Refusal):
    """The guarantor's unpaid tax and this list's would pass what is secured."""

    code = "D.SECURITY"
    message = _("担保企业的担保额度不足：本清单税款 %(tax)s 元，可用额度 %(free)s 元。")
    field = "assureCode"
    basis = "海关总署公告2018年第194号（担保义务）；海关法 第六十六条"
    status = 409


MOST = Decimal(100_000_000_000)


@dataclass(frozen=True, slots=True)
class GuaranteeFacts:
    """What is registered. `code` is any code of the enterprise."""

    code: str
    customs_code: str
    kind: str
    amount: Decimal
    reference: str
    valid_from: date
    valid_to: date | None = None


@transaction.atomic
def register_guarantee(*, facts: GuaranteeFacts, actor: "User") -> Guarantee:
    """A guarantee that waits for the second official. Raises NotPermitted, GuarantorUnknown, AmountWrong, DatesWrong,
    RegisteredAlready, GuaranteeUnknown (another office)."""
    require(actor, REGISTER_SECURITY)
    offices = office_codes_of(actor, AGENCY)
    if offices is not None and facts.customs_code not in offices:
        raise GuaranteeUnknown
    organisation = organisation_by_code(facts.code)
    if organisation is None:
        raise GuarantorUnknown(code=facts.code[:18])
    if not 0 < facts.amount <= MOST or facts.amount != facts.amount.quantize(Decimal("0.01")):
        raise AmountWrong
    if facts.valid_to and facts.valid_to <= max(facts.valid_from, timezone.localdate()):
        raise DatesWrong
    open_states = [GuaranteeState.PROPOSED, GuaranteeState.ACTIVE]
    same = Guarantee.objects.filter(
        organisation=organisation, reference=facts.reference, state__in=open_states
    )
    if same.exists():
        raise RegisteredAlready(reference=facts.reference)
    made = Guarantee.objects.create(
        organisation=organisation,
        customs_code=facts.customs_code,
        kind=facts.kind,
        amount=facts.amount,
        reference=facts.reference,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
        state=GuaranteeState.PROPOSED,
        proposed_by=actor,
    )
    note(Verb.GUARANTEE_REGISTERED, made, actor, "register")
    return made


@transaction.atomic
def decide_guarantee(*, guarantee_id: int, step: str, actor: "User", reason: str = "") -> Guarantee:
    """`confirm` or `refuse` by another official than who registered, or `end` an active one.

    Raises NotPermitted, GuaranteeUnknown, SameOfficial, GuaranteeDecided.
    """
    require(actor, CONFIRM_SECURITY)
    offices = office_codes_of(actor, AGENCY)
    found = Guarantee.objects.select_for_update().filter(pk=guarantee_id)
    one = (found if offices is None else found.filter(customs_code__in=offices)).first()
    if one is None:
        raise GuaranteeUnknown
    if one.state not in GUARANTEE.transition(step).sources:
        raise GuaranteeDecided(state=GuaranteeState(one.state).label)
    if step != "end" and one.proposed_by_id == actor.pk:
        raise SameOfficial
    workflow.advance(GUARANTEE, one, step, actor=actor, note=reason[:REASON_LENGTH])
    if step != "end":
        one.decided_by = actor
    one.decision_reason = reason[:REASON_LENGTH]
    one.save(update_fields=["decided_by", "decision_reason"])
    refresh_account(one.organisation_id)
    note(Verb.GUARANTEE_DECIDED, one, actor, step)
    return one


def note(verb: Verb, one: Guarantee, actor: "User", step: str) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=one.organisation_id,
        subject=f"guarantee:{one.pk}",
        detail={"step": step, "reference": one.reference, "amount": str(one.amount)},
    )


HOLDING = """
SELECT g.organisation_id, sum(g.amount) FILTER (WHERE g.valid_from <= %(today)s
                                                AND (g.valid_to IS NULL OR g.valid_to > %(today)s)) AS amount
FROM customs_guarantee g WHERE g.state = 'active'{condition} GROUP BY g.organisation_id"""
SET = "available = coalesce(s.amount, 0), covered = greatest(coalesce(s.amount, 0), a.used)"


def refresh_account(organisation_id: int) -> None:
    """Work out again what an enterprise's guarantees secure today. From its first active guarantee on the account is enforced."""
    values: dict[str, Any] = {"today": timezone.localdate(), "organisation": organisation_id}
    GuaranteeAccount.objects.get_or_create(organisation_id=organisation_id)
    holding = HOLDING.format(condition=" AND g.organisation_id = %(organisation)s")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customs_guaranteeaccount a SET {SET}, enforced = a.enforced OR s.organisation_id IS NOT NULL"  # noqa: S608
            f" FROM (SELECT 1) one LEFT JOIN ({holding}) s ON true WHERE a.organisation_id = %(organisation)s",
            values,
        )


def refresh_accounts() -> int:
    """Guarantees that began or ended with the day; returns how many accounts changed."""
    holding = HOLDING.format(condition="")
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE customs_guaranteeaccount a SET {SET} FROM ({holding}) s"  # noqa: S608
            " WHERE a.organisation_id = s.organisation_id AND a.available <> coalesce(s.amount, 0)",
            {"today": timezone.localdate()},
        )
        return int(cursor.rowcount)


def give_back(organisation_id: int, amount: Decimal) -> None:
    """Tax that is paid, void or less than before is no longer owed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customs_guaranteeaccount SET used = used - %(amount)s,"
            " covered = greatest(available, used - %(amount)s) WHERE organisation_id = %(organisation)s",
            {"amount": amount, "organisation": organisation_id},
        )


OWING = """
SELECT p.id, p.duty + p.vat + p.consumption_tax, g.organisation_id FROM customs_parcel p
JOIN customs_importinventory i ON i.id = p.id
LEFT JOIN LATERAL (SELECT organisation_id FROM filing_registeredcode WHERE code = i.assure_code LIMIT 1) g ON true
WHERE p.id = ANY(%s) AND p.direction = 'I' AND p.duty IS NOT NULL ORDER BY p.id"""


def not_covered(parcels: Sequence[Parcel]) -> dict[int, NotCovered]:
    """Which of these lists their guarantors do not cover, in order; accounts are locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(OWING, [[p.pk for p in parcels]])
        owing = cursor.fetchall()
    locked = (
        GuaranteeAccount.objects.select_for_update()
        .filter(pk__in={organisation for _pk, _tax, organisation in owing if organisation})
        .order_by("pk")
    )
    accounts = {account.pk: account for account in locked}
    required = bool(rules.value("D.SECURITY", timezone.localdate(), "required"))
    refused: dict[int, NotCovered] = {}
    for pk, tax, organisation in owing:
        account = accounts.get(organisation) or GuaranteeAccount(organisation_id=organisation)
        if not (account.enforced or required):
            continue
        if account.used + tax > account.available:
            refused[pk] = NotCovered(tax=tax, free=account.free)
        else:
            account.used += tax
    return refused
