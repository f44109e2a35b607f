"""What partners' systems have told of a parcel, of an enterprise's stock, and of everything (measure 5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag, RowNumber
from django.utils.translation import gettext as _

from customs.enums import PaymentKind
from customs.models import LogisticsEvent, Parcel, PaymentReport, StockReport
from customs.permissions import of_enterprise
from customs.selectors.documents import DocumentSet, decimal_text
from exchange.selectors.partners import EventFilter, partner_events
from filing.enums import AgreementKind
from filing.selectors.agreements import agents_of

Partners = Collection[str] | None
"""Codes of the partners whose reports may be shown; None = of all (officials)."""


def partners_of(codes: Collection[str], on: date) -> set[str]:
    """Whose reports an enterprise sees: its own, and those of partners with an agreement in force on the day."""
    return {*codes, *agents_of(codes, AgreementKind.PARTNER_DATA, on)}


def logistics_of(documents: DocumentSet, partners: Partners = None) -> "QuerySet[LogisticsEvent]":
    """Events of carriers about the waybill that the list names."""
    listed = documents["inventory"]
    found = LogisticsEvent.objects.filter(
        logistics_no=listed.value("logistics_no") or "", logistics_code=listed.value("logistics_code") or ""
    )
    return found if partners is None else found.filter(logistics_code__in=partners)


def payments_of(documents: DocumentSet, partners: Partners = None) -> "QuerySet[PaymentReport]":
    """Transactions that payment firms have reported for the order that the list names."""
    listed = documents["inventory"]
    found = PaymentReport.objects.filter(
        order_no=listed.value("order_no") or "", ebp_code=listed.value("ebp_code") or ""
    )
    return found if partners is None else found.filter(pay_code__in=partners)


def payment_notes(documents: DocumentSet) -> list[str]:
    """For officials: in what the payment firm's own data differ from its payment document, one sentence each."""
    declared = documents["payment"].row
    if declared is None or documents.direction != "I":
        return []
    found: list[str] = []
    for one in payments_of(documents).filter(pay_code=declared.pay_code):
        if one.kind == PaymentKind.REFUNDED:
            found.append(
                _("支付企业报送：交易 %(number)s 已退款 %(amount)s。")
                % {"number": one.transaction_id, "amount": decimal_text(one.amount)}
            )
        else:
            found += differences(one, declared)
    return found


def differences(one: PaymentReport, declared: Any) -> list[str]:
    """A successful payment beside CEB411: transaction, amount with currency, payer (by keyed hash, where reported)."""
    found = []
    if one.transaction_id != declared.pay_transaction_id:
        found.append(
            _("支付交易号不一致：支付企业报送 %(told)s，支付单 %(declared)s。")
            % {"told": one.transaction_id, "declared": declared.pay_transaction_id}
        )
    if (one.amount, one.currency) != (declared.amount_paid, declared.currency):
        found.append(
            _(
                "支付金额不一致：支付企业报送 %(told)s（币制 %(told_in)s），支付单 %(declared)s（币制 %(declared_in)s）。"
            )
            % {
                "told": decimal_text(one.amount),
                "told_in": one.currency,
                "declared": decimal_text(declared.amount_paid),
                "declared_in": declared.currency,
            }
        )
    if one.payer_id_hash and one.payer_id_hash != declared.payer_id_hash:
        found.append(_("支付人不一致：支付企业报送的支付人证件与支付单不同。"))
    return found


def events_of(organisation_id: int, codes: Collection[str], on: date, wanted: EventFilter) -> "QuerySet[Any]":
    """Partners' events that an enterprise sees: those it reported itself, and those about its parcels, orders and goods that partners
    with an agreement in force have reported."""
    theirs = Parcel.objects.filter(of_enterprise(organisation_id, codes))
    carried = theirs.filter(logistics_no=OuterRef("subject"), logistics_code=OuterRef("partner_code"))
    ordered = theirs.filter(order_no=OuterRef("subject"), ebp_code=OuterRef("owner_code"))
    about = Q(owner_code__in=list(codes)) | Exists(carried) | Exists(ordered)
    agreed = Q(partner_code__in=partners_of(codes, on)) & about
    return partner_events(wanted).filter(Q(connection__organisation_id=organisation_id) | agreed)


@dataclass(frozen=True, slots=True)
class StockFilter:
    """What to look for; empty means any. `show` is newest (balance of each article now), all, or differing."""

    text: str = ""
    show: str = "newest"


def stock_of(
    organisation_id: int, codes: Collection[str], on: date, wanted: StockFilter
) -> "QuerySet[StockReport]":
    """Stock that an enterprise sees: in its own warehouses, and its goods in warehouses with an agreement in force.

    `before` is the balance of the report before (None: the first one), `difference` = balance − (before + in − out).
    """
    own = Q(owner_code__in=list(codes), warehouse_code__in=partners_of(codes, on))
    found = StockReport.objects.filter(Q(sender_id=organisation_id) | own)
    if wanted.text:
        found = found.filter(
            Q(sku__icontains=wanted.text) | Q(batch=wanted.text) | Q(warehouse__icontains=wanted.text)
        )
    article = [F(name) for name in ("sender_id", "warehouse_code", "warehouse", "owner_code", "sku", "batch")]
    before = Window(Lag("balance"), partition_by=article, order_by=["happened_at", "id"])
    newest = Window(RowNumber(), partition_by=article, order_by=["-happened_at", "-id"])
    found = found.annotate(before=before, place=newest)
    found = found.annotate(difference=F("balance") - F("before") - F("qty_in") + F("qty_out"))
    if wanted.show == "newest":
        found = found.filter(place=1)
    elif wanted.show == "differing":
        found = found.exclude(difference=0).exclude(difference=None)
    return found.order_by("-happened_at", "-id")
