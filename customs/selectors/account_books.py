"""What is read of account books: an enterprise's books, the items of one, and the ledger."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from customs.enums import EntryKind
from customs.models import AccountBook, AccountEntry, AccountItem, Parcel
from customs.selectors.parcels import FOUND, numbered


def books_of(organisation_id: int) -> "QuerySet[Any]":
    """Books of an enterprise with the number of their items."""
    return (
        AccountBook.objects.filter(organisation_id=organisation_id)
        .annotate(goods=Count("items"))
        .order_by("ems_no")
    )


def book_of(organisation_id: int, book_id: int) -> AccountBook | None:
    """One of an enterprise's books, None when there is none or it is another's."""
    return AccountBook.objects.filter(organisation_id=organisation_id, pk=book_id).first()


def book_numbered(organisation_id: int, ems_no: str) -> AccountBook | None:
    """One of an enterprise's books by its number."""
    return AccountBook.objects.filter(organisation_id=organisation_id, ems_no=ems_no).first()


def items_of(book: AccountBook, text: str = "") -> "QuerySet[AccountItem]":
    """Items of a book, by number or code from the beginning or a part of the name."""
    found = AccountItem.objects.filter(book=book)
    if text:
        found = found.filter(
            Q(item_record_no__istartswith=text) | Q(gcode__startswith=text) | Q(name__icontains=text)
        )
    return found


@dataclass(frozen=True)
class LedgerFilter:
    """What somebody looks for in a ledger; empty means any."""

    text: str = ""
    kind: str = ""


def ledger_of(book: AccountBook, wanted: LedgerFilter) -> "QuerySet[AccountEntry]":
    """Entries of a book, newest first, by item, document or list number."""
    found = AccountEntry.objects.filter(item__book=book).select_related("item").order_by("-id")
    if wanted.kind in EntryKind.values:
        found = found.filter(kind=wanted.kind)
    if wanted.text:
        lists = list(numbered(Parcel.objects.all(), wanted.text).values_list("pk", flat=True)[:FOUND])
        found = found.filter(
            Q(item__item_record_no=wanted.text) | Q(document=wanted.text) | Q(parcel_id__in=lists)
        )
    return found


def list_numbers(entries: "list[AccountEntry]") -> dict[int, str]:
    """List number of each parcel behind these entries."""
    ids = {entry.parcel_id for entry in entries if entry.parcel_id}
    return dict(Parcel.objects.filter(pk__in=ids).values_list("pk", "invt_no"))


def quantity_text(amount: Decimal) -> str:
    """Without trailing zeros and without exponent: 2.5, 1000000."""
    return f"{amount.normalize():f}"
