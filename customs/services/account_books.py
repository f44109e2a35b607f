"""Account books: registered by the area enterprise, confirmed by customs, filled with goods that enter the area.

A bill of entry is one act: all its lines or none, and sent again it changes nothing. Balances change only together with an entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customs.enums import AccountBookState, BondedMode, EntryKind
from customs.models import AccountBook, AccountEntry, AccountItem
from customs.permissions import AGENCY, DECIDE, SUBMIT
from customs.rules.modes import A1210, A1239
from customs.services.register_days import modes
from customs.workflow import ACCOUNT_BOOK
from filing.enums import EnterpriseType
from filing.selectors.registration import is_registered
from portal import audit, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.selectors import code_set, office_codes_of, organisation_codes
from portal.working_days import add_working_days

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from portal.models import ApiClient, User

MOST_LINES = 5_000
"""Lines of one bill."""
LINE_FIELDS = ("item_record_no", "gcode", "name", "unit", "qty")
LENGTHS = {"item_record_no": 30, "gcode": 10, "name": 250, "unit": 3}
PLACES = Decimal("0.00001")
MOST = Decimal("1E18")
REASON_LENGTH = 200
NOT_HERE = {BondedMode.BONDED: ("no_1210", A1210), BondedMode.BONDED_A: ("no_1239", A1239)}


class BookUnknown(Refusal):
    """No such book of this enterprise, or of this office."""

    code = "BOOK.UNKNOWN"
    message = _("没有此账册。")
    status = 404


class BookExists(Refusal):
    """A number is registered once."""

    code = "BOOK.EXISTS"
    message = _("账册编号已登记。")
    field = "ems_no"
    status = 409


class NotStorage(Refusal):
    """Only enterprises filed as storage in a bonded area keep books."""

    code = "BOOK.STORAGE"
    message = _("登记账册的企业须已备案为区内仓储企业。")
    field = "ems_no"
    basis = "海关总署公告2016年第75号"


class ModeNotHere(Refusal):
    """The mode is not used at this office today (A.1210, A.1239)."""

    code = "BOOK.MODE"
    message = _("该关区目前不适用此监管方式：%(sentence)s")
    field = "trade_mode"
    basis = "海关总署公告2016年第75号"


class OfficeUnknown(Refusal):
    """No customs office has this code."""

    code = "BOOK.OFFICE"
    message = _("没有此海关代码。")
    field = "customs_code"


class PeriodWrong(Refusal):
    """The last day is not after the first."""

    code = "BOOK.PERIOD"
    message = _("失效日须晚于生效日。")
    field = "valid_to"


class BookClosed(Refusal):
    """Goods enter active books only."""

    code = "BOOK.STATE"
    message = _("账册当前状态（%(state)s）不能办理入区或调整。")
    status = 409


class LinesMissing(Refusal):
    """A bill has lines, at most MOST_LINES."""

    code = "BOOK.LINES"
    message = _("入区凭证须有 1 至 %(most)s 项商品。")
    field = "lines"


class DocumentMissing(Refusal):
    """Goods enter with a document."""

    code = "BOOK.DOCUMENT"
    message = _("请填写入区凭证号（最多 40 个字符）。")
    field = "document"


class ReasonNeeded(Refusal):
    """A refusal, a suspension or an adjustment says why."""

    code = "BOOK.REASON"
    message = _("请填写理由。")
    field = "reason"


class BelowZero(Refusal):
    """An adjustment cannot take more than there is."""

    code = "BOOK.BELOW_ZERO"
    message = _("调整后可用数量不能小于零：现有 %(left)s。")
    field = "change"
    status = 409


class ItemUnknown(Refusal):
    """No such item in the book."""

    code = "BOOK.ITEM"
    message = _("账册中没有此料号。")
    field = "item_record_no"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the books: a person of the enterprise or its machine."""

    organisation_id: int
    user: "User | None" = None
    client: "ApiClient | None" = None

    def check(self) -> None:
        """Machines were checked by their scope. Raises NotPermitted."""
        if self.client is None:
            require(self.user, SUBMIT, organisation_id=self.organisation_id)


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with a line of a bill (numbered from 1)."""

    line: int
    field: str
    code: str
    sentence: "str | Promise"


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a bill: how many lines entered, how many were there already, or what is wrong (then nothing entered)."""

    entered: int = 0
    repeated: int = 0
    faults: Sequence[LineFault] = ()


def note(verb: Verb, book: AccountBook, actor: "User | None", detail: dict[str, Any]) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=book.organisation_id,
        subject=f"account_book:{book.pk}",
        detail=detail,
    )


@transaction.atomic
def open_book(
    *,
    who: Keeper,
    ems_no: str,
    customs_code: str,
    trade_mode: str,
    valid_from: date,
    valid_to: date | None = None,
) -> AccountBook:
    """Register a book that customs issued; it can be drawn when the office has confirmed it."""
    who.check()
    today = timezone.localdate()
    codes = sorted(organisation_codes(who.organisation_id))
    if not any(is_registered(code, EnterpriseType.STORAGE, today) for code in codes):
        raise NotStorage
    if customs_code not in code_set("customs_district"):
        raise OfficeUnknown
    if valid_to is not None and valid_to <= valid_from:
        raise PeriodWrong
    offices, rule = NOT_HERE[BondedMode(trade_mode)]
    if customs_code in modes(today)[offices]:
        raise ModeNotHere(sentence=rule.sentence)
    try:
        with transaction.atomic():
            book = AccountBook.objects.create(
                ems_no=ems_no,
                organisation_id=who.organisation_id,
                codes=codes,
                customs_code=customs_code,
                trade_mode=trade_mode,
                valid_from=valid_from,
                valid_to=valid_to,
                opened_at=timezone.now(),
                due_at=add_working_days(timezone.localtime(), 1),
            )
    except IntegrityError:
        raise BookExists from None
    note(Verb.ACCOUNT_BOOK_OPENED, book, who.user, {"ems_no": ems_no, "trade_mode": trade_mode})
    return book


@transaction.atomic
def decide_books(*, ids: Sequence[int], step: str, actor: "User", reason: str = "") -> list[int]:
    """One step of books of the official's offices; returns the books that moved. Raises NotPermitted, ReasonNeeded."""
    require(actor, DECIDE)
    reason = reason.strip()[:REASON_LENGTH]
    if step in {"refuse", "suspend"} and not reason:
        raise ReasonNeeded
    offices = office_codes_of(actor, AGENCY)
    found = AccountBook.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    books = {book.pk: book for book in found if offices is None or book.customs_code in offices}
    moved = workflow.advance_many(ACCOUNT_BOOK, step, list(books), actor=actor, note=reason)
    AccountBook.objects.filter(pk__in=moved).update(reason=reason, due_at=None)
    for pk in moved:
        note(Verb.ACCOUNT_BOOK_DECIDED, books[pk], actor, {"step": step, "reason": reason})
    return moved


def own_book(who: Keeper, book_id: int) -> AccountBook:
    """The enterprise's active book, locked, so that bills of one book enter one after another."""
    book = (
        AccountBook.objects.select_for_update()
        .filter(pk=book_id, organisation_id=who.organisation_id)
        .first()
    )
    if book is None:
        raise BookUnknown
    return active(book)


def active(book: AccountBook) -> AccountBook:
    if book.state != AccountBookState.ACTIVE:
        raise BookClosed(state=book.get_state_display())
    return book


@transaction.atomic
def enter_goods(*, who: Keeper, book_id: int, document: str, lines: Sequence[Mapping[str, Any]]) -> Entered:
    """Goods of one bill enter the area: new items are opened, balances grow. Faults of any line: nothing enters."""
    who.check()
    book = own_book(who, book_id)
    document = document.strip()
    if not document or len(document) > 40:
        raise DocumentMissing
    if not 0 < len(lines) <= MOST_LINES:
        raise LinesMissing(most=MOST_LINES)
    cleaned = [{name: clean(line.get(name)) for name in LINE_FIELDS} for line in lines]
    numbers = [line["item_record_no"] for line in cleaned]
    known = {
        item.item_record_no: item
        for item in AccountItem.objects.select_for_update()
        .filter(book=book, item_record_no__in=numbers)
        .order_by("pk")
    }
    before = dict(
        AccountEntry.objects.filter(
            item__in=known.values(), document=document, kind=EntryKind.IN
        ).values_list("item__item_record_no", "qty")
    )
    faults = [fault for at, line in enumerate(cleaned, 1) for fault in faults_of(at, line, known, before)]
    faults += [
        LineFault(at, "item_record_no", "BOOK.LINE.REPEATED", _("同一料号在本凭证中重复。"))
        for at, number in enumerate(numbers, 1)
        if number in numbers[: at - 1]
    ]
    if faults:
        return Entered(faults=sorted(faults, key=lambda one: one.line))
    fresh = [line for line in cleaned if line["item_record_no"] not in before]
    write_entries(book, document, fresh, known, who)
    return Entered(entered=len(fresh), repeated=len(cleaned) - len(fresh))


def clean(value: Any) -> str:
    """A cell or a JSON value as text."""
    return "" if value is None else str(value).replace("\x00", "").strip()


def faults_of(
    at: int, line: dict[str, str], known: Mapping[str, AccountItem], before: Mapping[str, Decimal]
) -> list[LineFault]:
    """What is wrong with one line."""
    found = [
        LineFault(at, name, "BOOK.LINE.LENGTH", _("不能为空，且不超过规定长度。"))
        for name, most in LENGTHS.items()
        if not 0 < len(line[name]) <= most
    ]
    if not (len(line["gcode"]) == 10 and line["gcode"].isascii() and line["gcode"].isdigit()):
        found.append(LineFault(at, "gcode", "BOOK.LINE.GCODE", _("商品编码应为十位数字。")))
    if line["unit"] not in code_set("unit"):
        found.append(LineFault(at, "unit", "BOOK.LINE.UNIT", _("没有此计量单位代码。")))
    quantity = quantity_of(line["qty"])
    if quantity is None or quantity <= 0:
        found.append(LineFault(at, "qty", "BOOK.LINE.QTY", _("数量应为大于零的数，最多五位小数。")))
    item = known.get(line["item_record_no"])
    if item is not None and (item.gcode, item.unit) != (line["gcode"], line["unit"]):
        found.append(LineFault(at, "gcode", "BOOK.LINE.DIFFERS", _("该料号已按另一商品编码或计量单位登记。")))
    entered = before.get(line["item_record_no"])
    if entered is not None and entered != quantity:
        found.append(LineFault(at, "qty", "BOOK.LINE.ENTERED", _("该凭证的此料号已按另一数量入区。")))
    return found


def quantity_of(text: str) -> Decimal | None:
    """A quantity as it is written, None when it is none."""
    try:
        value = Decimal(text)
        exact = value.is_finite() and abs(value) < MOST and value == value.quantize(PLACES)
    except InvalidOperation:
        return None
    return value if exact else None


def write_entries(
    book: AccountBook,
    document: str,
    lines: Sequence[dict[str, str]],
    known: Mapping[str, AccountItem],
    who: Keeper,
) -> None:
    """New items, larger balances and their entries, in a few statements."""
    if not lines:
        return
    opened = AccountItem.objects.bulk_create(
        AccountItem(book=book, **{name: line[name] for name in LENGTHS})
        for line in lines
        if line["item_record_no"] not in known
    )
    items = {**known, **{item.item_record_no: item for item in opened}}
    entries, now = [], timezone.now()
    for line in lines:
        item, quantity = items[line["item_record_no"]], Decimal(line["qty"])
        item.balance += quantity
        entries.append(
            AccountEntry(
                item=item,
                kind=EntryKind.IN,
                qty=quantity,
                change=quantity,
                balance=item.balance,
                document=document,
                actor_id=who.user.pk if who.user else None,
                at=now,
            )
        )
    AccountItem.objects.bulk_update(
        [items[line["item_record_no"]] for line in lines], ["balance"], batch_size=1_000
    )
    AccountEntry.objects.bulk_create(entries, batch_size=1_000)
    note(Verb.ACCOUNT_GOODS_ENTERED, book, who.user, {"document": document, "lines": len(lines)})


@transaction.atomic
def adjust_item(
    *, book_id: int, item_record_no: str, change: Decimal, reason: str, actor: "User"
) -> AccountEntry:
    """An official corrects a balance after a stocktaking, up or down, never below zero."""
    require(actor, DECIDE)
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        raise ReasonNeeded
    offices = office_codes_of(actor, AGENCY)
    book = AccountBook.objects.select_for_update().filter(pk=book_id).first()
    if book is None or (offices is not None and book.customs_code not in offices):
        raise BookUnknown
    item = (
        AccountItem.objects.select_for_update()
        .filter(book=active(book), item_record_no=item_record_no)
        .first()
    )
    if item is None:
        raise ItemUnknown
    if item.balance + change < 0:
        raise BelowZero(left=f"{item.balance.normalize():f}")
    item.balance += change
    item.save(update_fields=["balance"])
    entry = AccountEntry.objects.create(
        item=item,
        kind=EntryKind.ADJUST,
        qty=abs(change),
        change=change,
        balance=item.balance,
        note=reason,
        actor_id=actor.pk,
        at=timezone.now(),
    )
    note(
        Verb.ACCOUNT_ITEM_ADJUSTED,
        book,
        actor,
        {"item": item_record_no, "change": str(change), "reason": reason},
    )
    return entry
