"""Agency agreements: offered by one firm, accepted or declined by the other, ended by either, by date, or unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.enums import AgreementKind, AgreementState, EnterpriseType
from filing.models import AgreedCode, Agreement
from filing.permissions import AGREE
from filing.selectors.agreements import agreement_of
from filing.selectors.cases import registrations_of
from filing.workflow import AGREEMENT
from portal import audit, letters, rules
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import organisation_by_code
from portal.workflow import advance

if TYPE_CHECKING:
    from portal.models import ApiClient, Organisation, User

NOTE_LENGTH = 500
A_YEAR = timedelta(days=366)


class AgreementUnknown(Refusal):
    """No such agreement of this enterprise."""

    code = "AGREEMENT.UNKNOWN"
    message = _("没有此委托协议，或与贵企业无关。")
    status = 404


class FirmUnknown(Refusal):
    """No enterprise with this code."""

    code = "AGREEMENT.FIRM_UNKNOWN"
    message = _("平台没有代码为 %(code)s 的企业。请核对统一社会信用代码或海关编码，或请对方先注册。")
    field = "other"


class SameFirm(Refusal):
    """Nobody is one's own agent."""

    code = "AGREEMENT.SAME_FIRM"
    message = _("委托方和受托方不能是同一企业。")
    field = "other"


class WrongAgent(Refusal):
    """The agent is not filed as a type that does this."""

    code = "AGREEMENT.AGENT_TYPE"
    message = _("受托方 %(name)s 尚未备案为可承担“%(kind)s”的企业类型（%(types)s）。")
    field = "kind"
    basis = "海关法 第十一条；海关总署公告2018年第194号"


class WrongPeriod(Refusal):
    """Dates out of order, in the past, or too far apart."""

    code = "AGREEMENT.PERIOD"
    message = _("有效期应自今天或以后起，失效日晚于生效日，最长 %(years)s 年。")
    field = "valid_to"


class AgreementExists(Refusal):
    """One agreement of a kind between two firms at a time."""

    code = "AGREEMENT.EXISTS"
    message = _("双方已有同一事项的委托协议（待确认或有效期重叠），请先处理原协议。")
    field = "kind"
    status = 409


class NotYours(Refusal):
    """Only the other side answers, only the offering side withdraws."""

    code = "AGREEMENT.SIDE"
    message = _("此操作应由协议的另一方办理。")
    status = 403


class AgreementClosed(Refusal):
    """Its state does not allow this."""

    code = "AGREEMENT.STATE"
    message = _("协议当前为“%(state)s”，不能办理此操作。")
    status = 409


class ReasonMissing(Refusal):
    """The other side is told why."""

    code = "AGREEMENT.REASON"
    message = _("请说明原因，对方会看到。")
    field = "reason"


@dataclass(frozen=True)
class Party:
    """Who acts for one of the two firms: a person or the firm's machine."""

    organisation_id: int
    user: "User | None" = None
    client: "ApiClient | None" = None

    def check(self) -> None:
        """Raises NotPermitted; a machine's scope was checked at its door."""
        if self.client is None:
            require(self.user, AGREE, organisation_id=self.organisation_id)


@dataclass(frozen=True)
class Offer:
    """What is offered: to which firm (USCC or customs code), in which role one stands oneself, in what, how long."""

    other: str
    as_agent: bool
    kind: AgreementKind
    valid_from: date
    valid_to: date
    note: str = ""


@transaction.atomic
def offer_agreement(who: Party, offer: Offer) -> Agreement:
    """Offer an agreement to the other firm. Raises NotPermitted, FirmUnknown, SameFirm, WrongAgent, WrongPeriod, AgreementExists."""
    who.check()
    other = organisation_by_code(offer.other.strip().upper())
    if other is None:
        raise FirmUnknown(code=offer.other[:30])
    if other.pk == who.organisation_id:
        raise SameFirm
    check_period(offer)
    client, agent = (other.pk, who.organisation_id) if offer.as_agent else (who.organisation_id, other.pk)
    today = timezone.localdate()
    days = int(rules.value("G.AGREEMENT.ANSWER_DAYS", today))
    now = timezone.now()
    agreement = Agreement(
        client_id=client,
        agent_id=agent,
        kind=offer.kind,
        offered_by_id=who.organisation_id,
        valid_from=offer.valid_from,
        valid_to=offer.valid_to,
        note=offer.note.strip()[:NOTE_LENGTH],
        offered_at=now,
        answer_until=now + timedelta(days=days),
    )
    check_agent(agreement)
    if overlapping(agreement):
        raise AgreementExists
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError:
        raise AgreementExists from None
    note_act(agreement, who, Verb.AGREEMENT_OFFERED, "offer")
    deadline = f"{timezone.localtime(agreement.answer_until):%Y-%m-%d}"
    tell(agreement, "offered", to=other.pk, deadline=deadline)
    return agreement


def check_period(offer: Offer) -> None:
    """Raises WrongPeriod."""
    today = timezone.localdate()
    years = int(rules.value("G.AGREEMENT.MOST_YEARS", today))
    longest = offer.valid_from + years * A_YEAR
    if not today <= offer.valid_from < offer.valid_to <= longest:
        raise WrongPeriod(years=years)


def check_agent(agreement: Agreement) -> None:
    """The agent must be filed as a type that does this (register G.AGREEMENT.AGENT_TYPES). Raises WrongAgent."""
    wanted = rules.entry("G.AGREEMENT.AGENT_TYPES", timezone.localdate()).param[agreement.kind]
    held = {one.enterprise_type for one in registrations_of(agreement.agent_id) if one.state == "active"}
    if held.isdisjoint(wanted):
        raise WrongAgent(
            name=agreement.agent.name,
            kind=agreement.get_kind_display(),
            types="、".join(str(EnterpriseType(one).label) for one in wanted),
        )


def overlapping(agreement: Agreement) -> bool:
    """Is there one of the same kind between the two, waiting or in force in these days?"""
    same = Agreement.objects.filter(
        client_id=agreement.client_id, agent_id=agreement.agent_id, kind=agreement.kind
    )
    days = {"valid_from__lt": agreement.valid_to, "valid_to__gt": agreement.valid_from}
    return (
        same.filter(state=AgreementState.OFFERED).exists()
        or same.filter(state=AgreementState.ACTIVE, **days).exists()
    )


def locked(who: Party, agreement_id: int) -> Agreement:
    """The agreement, to be changed by one of its two firms. Raises NotPermitted, AgreementUnknown."""
    who.check()
    found = agreement_of(who.organisation_id, agreement_id)
    if found is None:
        raise AgreementUnknown
    Agreement.objects.select_for_update().get(pk=found.pk)
    found.refresh_from_db()
    return found


@transaction.atomic
def answer_agreement(who: Party, agreement_id: int, *, accept: bool, reason: str = "") -> Agreement:
    """The other side accepts or declines. Raises NotPermitted, AgreementUnknown, NotYours, AgreementClosed, WrongAgent, ReasonMissing."""
    agreement = locked(who, agreement_id)
    if agreement.offered_by_id == who.organisation_id:
        raise NotYours
    if accept:
        check_agent(agreement)
        return moved(agreement, who, "accept", "accepted", until=agreement.valid_to.isoformat())
    return moved(agreement, who, "decline", "declined", reason=reason_of(reason))


@transaction.atomic
def withdraw_agreement(who: Party, agreement_id: int) -> Agreement:
    """The offering side takes its offer back. Raises NotPermitted, AgreementUnknown, NotYours, AgreementClosed."""
    agreement = locked(who, agreement_id)
    if agreement.offered_by_id != who.organisation_id:
        raise NotYours
    return moved(agreement, who, "withdraw", "withdrawn")


@transaction.atomic
def revoke_agreement(who: Party, agreement_id: int, *, reason: str) -> Agreement:
    """Either side ends it at once (民法典 art. 933). Raises NotPermitted, AgreementUnknown, AgreementClosed, ReasonMissing."""
    agreement = locked(who, agreement_id)
    agreement.reason = reason_of(reason)
    return moved(agreement, who, "revoke", "revoked", reason=agreement.reason)


def reason_of(text: str) -> str:
    text = text.strip()[:NOTE_LENGTH]
    if not text:
        raise ReasonMissing
    return text


def moved(agreement: Agreement, who: Party, step: str, letter: str, **params: str) -> Agreement:
    """One step, with published codes, audit entry and letter to the other side. Raises AgreementClosed."""
    if agreement.state not in AGREEMENT.transition(step).sources:
        raise AgreementClosed(state=agreement.get_state_display())
    now = timezone.now()
    if step in {"revoke", "end"}:
        agreement.ended_at = now
    else:
        agreement.decided_at = now
    agreement.save(update_fields=["reason", "ended_at", "decided_at"])
    advance(AGREEMENT, agreement, step, actor=who.user, note=params.get("reason", ""))
    publish_agreement(agreement)
    note_act(agreement, who, Verb.AGREEMENT_DECIDED, step)
    other = agreement.agent_id if who.organisation_id == agreement.client_id else agreement.client_id
    tell(agreement, letter, to=other, **params)
    return agreement


def note_act(agreement: Agreement, who: Party, verb: Verb, step: str) -> None:
    """Both firms find the act in their trail."""
    for organisation_id in (agreement.client_id, agreement.agent_id):
        audit.record(
            verb,
            actor=who.user,
            client=who.client,
            organisation_id=organisation_id,
            subject=f"agreement:{agreement.pk}",
            detail={"step": step, "kind": agreement.kind},
        )


def tell(agreement: Agreement, letter: str, *, to: int, **params: str) -> None:
    """A letter to the administrators of one side, naming the other."""
    other = agreement.client if to == agreement.agent_id else agreement.agent
    letters.send(
        f"filing.agreement_{letter}",
        organisation_id=to,
        roles=[MemberRole.ADMINISTRATOR],
        params={"firm": other.name, "kind": AgreementKind(agreement.kind).label, **params},
        link=f"/enterprise/agreements/{agreement.pk}/",
    )


def publish_agreement(agreement: Agreement) -> None:
    """Make the published rows equal to the agreement's state."""
    AgreedCode.objects.filter(agreement=agreement).delete()
    if agreement.state != AgreementState.ACTIVE:
        return
    AgreedCode.objects.bulk_create(
        AgreedCode(
            agreement=agreement,
            client_code=client,
            agent_code=agent,
            kind=agreement.kind,
            valid_from=agreement.valid_from,
            valid_to=agreement.valid_to,
        )
        for client in sorted(codes_of(agreement.client))
        for agent in sorted(codes_of(agreement.agent))
    )


def codes_of(organisation: "Organisation") -> frozenset[str]:
    return organisation.codes


def watch_agreements(today: date) -> tuple[int, int]:
    """Every night: offers nobody answered lapse, agreements past their last day end; both sides are told. Returns the numbers."""
    late = Agreement.objects.filter(state=AgreementState.OFFERED, answer_until__lte=timezone.now())
    past = Agreement.objects.filter(state=AgreementState.ACTIVE, valid_to__lte=today)
    return close_all(late.values_list("pk", flat=True), "expire"), close_all(
        past.values_list("pk", flat=True), "end"
    )


def close_all(ids: Iterable[int], step: str) -> int:
    """Close agreements one transaction each: a fault in one leaves the others."""
    letter = {"expire": "expired", "end": "ended"}[step]
    number = 0
    for pk in list(ids):
        with transaction.atomic():
            agreement = (
                Agreement.objects.select_for_update(of=("self",)).select_related("client", "agent").get(pk=pk)
            )
            if agreement.state not in AGREEMENT.transition(step).sources:
                continue
            if step == "end":
                agreement.ended_at = timezone.now()
                agreement.save(update_fields=["ended_at"])
            advance(AGREEMENT, agreement, step)
            publish_agreement(agreement)
            note_act(agreement, Party(agreement.offered_by_id), Verb.AGREEMENT_DECIDED, step)
            for side in (agreement.client_id, agreement.agent_id):
                tell(agreement, letter, to=side)
            number += 1
    return number
