"""What has happened to a parcel, oldest first: documents received, official receipts, steps of officials."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import DECLARATION_CODES, DeclarationState, LogisticsKind, ParcelState, PaymentKind
from customs.models import LogisticsEvent, Parcel
from customs.selectors.documents import DocumentSet, decimal_text
from customs.selectors.partner_reports import Partners, logistics_of, payments_of
from customs.selectors.requests import movements_of, requests_of
from exchange.messages import ReceiptLine
from exchange.selectors.receipts import receipts_of_documents
from portal.audit_trail import posts_in_words
from portal.enums import Verb
from portal.selectors import audit_of

MODEL = "customs.Parcel"
LATE = timedelta(hours=1)
"""Events told later than this say when they were told."""
INFO = re.compile(r"^\[Code:(?P<code>[^;\]]*);Desc:(?P<desc>.*)\]$", re.DOTALL)

STATUS_LABELS: dict[str, str | Promise] = {
    "1": _("电子口岸已暂存"),
    "2": _("电子口岸申报中"),
    "3": _("发送海关成功"),
    "4": _("发送海关失败"),
    "100": _("退单"),
    "120": _("逻辑校验通过，已入库"),
    "300": _("人工审核"),
    "399": _("审结"),
    "400": _("待运抵"),
    "500": _("查验"),
    "501": _("扣留移送通关"),
    "502": _("扣留移送缉私"),
    "503": _("扣留移送法规"),
    "505": _("移交"),
    "599": _("其它扣留"),
    "600": _("挂起"),
    "700": _("退运"),
    "800": _("放行"),
    "899": _("结关"),
}
"""returnStatus of receipts (interface specification 202205, rules C.2); below zero: an exception receipt."""

BILL_LABELS: dict[str, str | Promise] = {
    "1": _("电子税单已生成"),
    "2": _("电子税单已汇总"),
    "3": _("电子税单已作废"),
}
"""States of CEB816 and CEB818, which number differently from returnStatus."""
BILL_MESSAGES = frozenset({"CEB816Message", "CEB818Message"})

GOOD, BAD, HELD = (
    {"120", "399", "800", "899"},
    {"4", "100", "501", "502", "503", "599", "700"},
    {"300", "400", "500", "505", "600"},
)


TONES: dict[str, str] = {
    ParcelState.MANUAL: "held",
    ParcelState.INSPECTION: "held",
    ParcelState.REVIEWED: "held",
    ParcelState.AWAITING_ARRIVAL: "held",
    ParcelState.AWAITING_CIQ: "held",
    ParcelState.SUSPENDED: "held",
    ParcelState.REFUSED: "bad",
    ParcelState.RELEASED: "good",
    ParcelState.CLEARED: "good",
    ParcelState.REJECTED: "bad",
    ParcelState.DETAINED: "bad",
    ParcelState.DETAINED_CLEARANCE: "bad",
    ParcelState.DETAINED_SMUGGLING: "bad",
    ParcelState.DETAINED_LEGAL: "bad",
    ParcelState.DESTROYED: "bad",
    ParcelState.RETURNED: "bad",
    ParcelState.CANCELLED: "",
    ParcelState.SUPERSEDED: "",
}
"""Colour of a state."""


@dataclass(frozen=True)
class Entry:
    """One event. `tone` is good, bad, held or ""."""

    at: datetime
    title: str | Promise
    text: str = ""
    code: str = ""
    tone: str = ""
    actor: str = ""


def status_label(status: str, message_type: str = "") -> str | Promise:
    """The official meaning of a status; tax bills have their own."""
    if message_type in BILL_MESSAGES:
        return BILL_LABELS.get(status, status)
    if status.startswith("-"):
        return _("异常回执")
    return STATUS_LABELS.get(status, status)


def result_label(status: str) -> str | Promise:
    """What decState of CEB792 means."""
    codes = {code: DeclarationState(state).label for state, code in DECLARATION_CODES.items()}
    return codes.get(status, status)


def state_tone(state: str) -> str:
    """Colour of a parcel's state."""
    return TONES.get(state, "")


def status_tone(status: str) -> str:
    if status.startswith("-") or status in BAD:
        return "bad"
    if status in GOOD:
        return "good"
    return "held" if status in HELD else ""


def information(info: str) -> tuple[str, str]:
    """(code, sentence) of returnInfo `[Code:1327;Desc:…]`; other texts stay whole."""
    found = INFO.match(info)
    return (found["code"], found["desc"]) if found else ("", info)


def timeline(documents: DocumentSet, parcel_id: int, partners: Partners = None) -> list[Entry]:
    """Arrival of each document, requests about the list, where the parcel was, what partners' systems told, and every receipt: by the
    time when it happened. An enterprise is shown the reports of these `partners` only."""
    requests = list(requests_of(parcel_id))
    arrivals = [
        Entry(document.row.received_at, document.label, document.code)
        for document in documents.all()
        if document.arrived
    ]
    asked = [Entry(one.received_at, one.get_kind_display(), one.reason, tone="held") for one in requests]
    moved = [Entry(one.at, one.get_kind_display(), one.place) for one in movements_of(parcel_id)]
    reported = [
        Entry(
            one.happened_at,
            one.get_kind_display(),
            reported_text(one),
            tone="held" if one.kind == LogisticsKind.RETURNED else "",
        )
        for one in logistics_of(documents, partners)
    ]
    paid = [
        Entry(
            one.happened_at,
            one.get_kind_display(),
            f"{one.transaction_id} · {decimal_text(one.amount)} {one.currency} · {_('支付企业系统报送')}",
            tone="held" if one.kind == PaymentKind.REFUNDED else "",
        )
        for one in payments_of(documents, partners)
    ]
    ids = [*documents.ids, *(one.pk for one in requests)]
    answers = [receipt_entry(line) for line in receipts_of_documents(ids)]
    return sorted([*arrivals, *asked, *moved, *reported, *paid, *answers], key=lambda entry: entry.at)


def reported_text(event: LogisticsEvent) -> str:
    """Place and source of an event, and when it was told where that was much later."""
    told = f"{timezone.localtime(event.received_at):%Y-%m-%d %H:%M}"
    late = event.received_at - event.happened_at > LATE
    source = str(_("承运企业系统报送"))
    return " · ".join(part for part in (event.place, source, f"{_('接收')} {told}" if late else "") if part)


def receipt_entry(line: ReceiptLine) -> Entry:
    code, sentence = information(line.info)
    if line.message_type in BILL_MESSAGES:
        return Entry(line.returned_at, status_label(line.status, line.message_type), "", line.message_type)
    return Entry(
        line.returned_at,
        status_label(line.status),
        sentence,
        f"{line.status} · {code}" if code else line.status,
        status_tone(line.status),
    )


def attempt_rows(parcels: Iterable[Parcel], *, page: str, queue: str = "") -> list[dict[str, Any]]:
    """Other declarations of a list as links to their page (of a queue, for officials)."""
    return [
        {
            "name": one.invt_no,
            "label": one.get_state_display(),
            "tone": state_tone(one.state),
            "at": one.received_at,
            "url": reverse(page, args=[*([queue] if queue else []), one.pk]),
        }
        for one in parcels
    ]


def disclosures(parcel_id: int, organisation_id: int) -> list[Entry]:
    """Who (agency, office, post) saw personal data of this parcel in clear, and why; for the enterprise that sent the list."""
    acts = list(audit_of(organisation_id, f"parcel:{parcel_id}", Verb.PERSONAL_DATA_SHOWN))
    posts = posts_in_words(act.actor_id for act in acts if act.actor_id)
    return [
        Entry(
            act.at,
            _("关员查看个人信息明文"),
            str(act.detail.get("reason", "")),
            tone="held",
            actor=posts.get(act.actor_id or 0, ""),
        )
        for act in acts
    ]


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of people by id."""
    wanted = {pk for pk in user_ids if pk is not None}
    if not wanted:
        return {}
    return {user.pk: person(user) for user in get_user_model().objects.filter(pk__in=wanted)}


def person(user: Any) -> str:
    """What an official or a member of staff is called on pages."""
    return str(f"{user.last_name}{user.first_name}".strip() or user.get_username())
