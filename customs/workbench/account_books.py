"""Account books on the officials' desk: those that wait for a confirmation, and those in use."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import Form
from django.utils.translation import gettext_lazy as _

from customs.enums import AccountBookState, BondedMode
from customs.forms import AdjustForm, NoteForm, ReasonForm
from customs.models import AccountBook
from customs.permissions import AGENCY, DECIDE, QUEUE, declared_at
from customs.selectors.account_books import LedgerFilter, items_of, ledger_of, list_numbers, quantity_text
from customs.services.account_books import adjust_item, decide_books
from customs.workflow import ACCOUNT_BOOK, BOOKS_IN_USE
from portal.selectors import organisation_names
from portal.workbench import Action, Column, Desk, Filter, ItemResult, LawEntry, Outcome, Queue, registry
from portal.workflow import IllegalTransition

SHOWN = 50
"""Items and entries on the page of a book."""


class BookStep(Action):
    """One step of books."""

    permission = DECIDE
    decides = True
    step: ClassVar[str]
    form_class: ClassVar[type[Form] | None] = NoteForm

    def applies(self, case: AccountBook, desk: Desk) -> bool:
        return case.state in ACCOUNT_BOOK.transition(self.step).sources

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        moved = decide_books(ids=ids, step=self.step, actor=desk.user, reason=data.get("reason", ""))
        refused = IllegalTransition()
        return Outcome(
            [
                ItemResult(
                    pk,
                    pk in moved,
                    self.done if pk in moved else refused.sentence,
                    "" if pk in moved else refused.code,
                )
                for pk in ids
            ]
        )


class Confirm(BookStep):
    """The book is the one that customs issued."""

    code = step = "confirm"
    label = _("确认账册")
    done = _("账册已生效。")
    tone = "primary"
    confirm = _("确认后企业可以办理商品入区，保税清单可以核减该账册。")


class RefuseBook(BookStep):
    """It is not."""

    code = step = "refuse"
    label = _("不予确认")
    done = _("已答复企业。")
    tone = "danger"
    form_class = ReasonForm
    confirm = _("该账册编号不能用于申报，理由企业可以看到。此操作不能撤销。")


class Suspend(BookStep):
    """Lists that name it are rejected meanwhile."""

    code = step = "suspend"
    label = _("暂停账册")
    done = _("账册已暂停。")
    tone = "danger"
    form_class = ReasonForm
    confirm = _("暂停期间不能入区，使用该账册的清单将退单。")


class Resume(BookStep):
    """The book is in force again."""

    code = step = "resume"
    label = _("恢复账册")
    done = _("账册已恢复。")
    confirm = _("恢复后可以继续入区和申报。")


class Close(BookStep):
    """The book is written off."""

    code = step = "close"
    label = _("核销结案")
    done = _("账册已核销结案。")
    tone = "danger"
    confirm = _("结案后账册不能再使用。此操作不能撤销。")


class Adjust(Action):
    """Correct the balance of one item after a stocktaking."""

    code = "adjust"
    label = _("盘点调整")
    done = _("已调整，记入账册流水。")
    permission = DECIDE
    bulk = False
    form_class = AdjustForm
    confirm = _("调整立即改变可用数量，并永久记入账册流水。")

    def applies(self, case: AccountBook, desk: Desk) -> bool:
        return case.state == AccountBookState.ACTIVE

    def perform(self, ids: list[int], desk: Desk, data: dict[str, Any]) -> Outcome:
        adjust_item(
            book_id=ids[0],
            item_record_no=data["item_record_no"],
            change=data["change"],
            reason=data["reason"],
            actor=desk.user,
        )
        return Outcome([ItemResult(ids[0], True, self.done)])


class BookQueue(Queue):
    """What both queues share."""

    agency = AGENCY
    permission = QUEUE
    search_label = _("账册编号")
    case_template = "customs/console/account_book.html"
    default_sort = "ems_no"
    columns: ClassVar[Sequence[Column]] = (
        Column("ems_no", _("账册编号"), "link", sort="ems_no"),
        Column("trade_mode", _("监管方式"), sort="trade_mode"),
        Column("customs_code", _("主管海关"), sort="customs_code"),
        Column("state", _("状态")),
        Column("opened_at", _("登记时间"), "time", sort="opened_at"),
    )
    filters = (Filter("trade_mode", _("监管方式"), BondedMode.choices, lookup="trade_mode"),)
    actions = (Confirm(), RefuseBook(), Suspend(), Resume(), Close(), Adjust())

    def visible(self, desk: Desk) -> "QuerySet[AccountBook]":
        return AccountBook.objects.filter(declared_at(desk.offices(self.agency)))

    def search(self, cases: "QuerySet[AccountBook]", text: str) -> "QuerySet[AccountBook]":
        return cases.filter(ems_no=text.upper())

    def organisation_of(self, case: AccountBook) -> int | None:
        return int(case.organisation_id)

    def law(self, case: AccountBook, desk: Desk) -> list[LawEntry]:
        return [
            LawEntry(
                case.trade_mode, case.get_trade_mode_display(), "", "海关总署公告2016年第75号；2018年第194号"
            )
        ]

    def name_of(self, case: AccountBook) -> str:
        return case.ems_no

    def case_context(self, case: AccountBook, desk: Desk) -> dict[str, Any]:
        entries = list(ledger_of(case, LedgerFilter())[:SHOWN])
        numbers = list_numbers(entries)
        return {
            "book": case,
            "owner": organisation_names([case.organisation_id]).get(case.organisation_id, ""),
            "items": [
                (one, quantity_text(one.balance), quantity_text(one.reserved))
                for one in items_of(case)[:SHOWN]
            ],
            "entries": [
                (
                    one,
                    one.document or numbers.get(one.parcel_id or 0, ""),
                    quantity_text(one.change),
                    quantity_text(one.balance),
                )
                for one in entries
            ],
        }


@registry.register
class BooksToConfirm(BookQueue):
    """Registered by an enterprise, not confirmed yet."""

    code = "customs.books"
    title = _("账册确认")
    description = _("企业登记的保税账册，核对与海关核发的账册一致后确认生效。")
    empty = _("没有等待确认的账册。")
    default_sort = "due_at"
    due_field = "due_at"
    columns = (*BookQueue.columns[:3], Column("due_at", _("办理期限"), "due", sort="due_at"))

    def cases(self, desk: Desk) -> "QuerySet[AccountBook]":
        return self.visible(desk).filter(state=AccountBookState.WAITING)


@registry.register
class BooksInUse(BookQueue):
    """Active and suspended books: stocktaking, suspension, closing."""

    code = "customs.books_in_use"
    title = _("在用账册")
    description = _("有效和暂停的保税账册：查看余量与流水、盘点调整、暂停、核销结案。")
    empty = _("没有在用的账册。")

    def cases(self, desk: Desk) -> "QuerySet[AccountBook]":
        return self.visible(desk).filter(state__in=BOOKS_IN_USE)
