"""The life of a parcel after the pipeline's first decision, and of requests about it (statuses of the interface specification 202205; rules C.2).

Only 800 moves goods and only 899 closes them. Below zero, 1–4 and 120 are answers to messages, not states of a parcel: a list passes
through them inside one turn.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import (
    STATUS_CODES,
    AccountBookState,
    ApplicationState,
    CiqState,
    DeclarationState,
    DutyPaymentState,
    GuaranteeState,
    ParcelState,
    PaymentDataState,
    RequestState,
    TableState,
    TaxBillState,
)
from portal.workflow import Transition, workflow

MANUAL, INSPECTION = ParcelState.MANUAL.value, ParcelState.INSPECTION.value
REVIEWED, ARRIVING, SUSPENDED = (
    ParcelState.REVIEWED.value,
    ParcelState.AWAITING_ARRIVAL.value,
    ParcelState.SUSPENDED.value,
)
AWAITING_CIQ, REFUSED = ParcelState.AWAITING_CIQ.value, ParcelState.REFUSED.value
DETENTIONS = frozenset(
    {
        ParcelState.DETAINED.value,
        ParcelState.DETAINED_CLEARANCE.value,
        ParcelState.DETAINED_SMUGGLING.value,
        ParcelState.DETAINED_LEGAL.value,
    }
)
"""The goods are kept: 501 by clearance, 502 by anti-smuggling, 503 by legal affairs, 599 otherwise."""

OPEN = frozenset({MANUAL, INSPECTION, REVIEWED, SUSPENDED, REFUSED}) | DETENTIONS
"""States in which an official has to act."""

DECIDE, DETAINED_DAYS = "C.DECIDE_DAYS", "C.DETAINED_DAYS"


def _step(
    name: str,
    sources: frozenset[str] | set[str],
    target: ParcelState,
    label: str | Promise,
    *,
    deadline: str = "",
    permission: str = "parcel.decide",
) -> Transition:
    """A step whose receipt is the official status of the state it leads to."""
    return Transition(
        name,
        sources=frozenset(sources),
        target=target,
        label=label,
        permission=permission,
        receipt=STATUS_CODES.get(target, ""),
        deadline=deadline,
    )


def _except(kind: ParcelState) -> frozenset[str]:
    """From where goods come into a kind of detention: from the inspection, after a refusal, or from another kind."""
    return (DETENTIONS | {INSPECTION, REFUSED}) - {kind.value}


PARCEL = workflow(
    "customs.Parcel",
    "state",
    ParcelState.values,
    [
        _step("release", {MANUAL, INSPECTION, REVIEWED} | DETENTIONS, ParcelState.RELEASED, _("放行")),
        _step(
            "inspect",
            {MANUAL, REVIEWED, ARRIVING, AWAITING_CIQ},
            ParcelState.INSPECTION,
            _("布控查验"),
            deadline=DECIDE,
        ),
        _step("review", {MANUAL}, ParcelState.REVIEWED, _("审结"), deadline=DECIDE),
        _step(
            "await_arrival",
            {MANUAL, REVIEWED},
            ParcelState.AWAITING_ARRIVAL,
            _("审结待运抵"),
            deadline="C.ARRIVAL_DAYS",
        ),
        _step("arrive", {ARRIVING}, ParcelState.RELEASED, _("运抵放行"), permission=""),
        _step(
            "await_ciq",
            {MANUAL, INSPECTION, REVIEWED, ARRIVING} | DETENTIONS,
            ParcelState.AWAITING_CIQ,
            _("海关审结，待检验检疫"),
            permission="",
        ),
        _step("pass_ciq", {AWAITING_CIQ}, ParcelState.RELEASED, _("检验检疫放行"), permission=""),
        _step(
            "refuse",
            {MANUAL, INSPECTION, REVIEWED, ARRIVING, SUSPENDED, AWAITING_CIQ},
            ParcelState.REFUSED,
            _("检验检疫不合格"),
            permission="",
            deadline="C.CIQ.DISPOSAL_DAYS",
        ),
        _step(
            "suspend",
            {MANUAL, INSPECTION, REVIEWED, ARRIVING},
            ParcelState.SUSPENDED,
            _("挂起"),
            deadline="C.SUSPEND_DAYS",
        ),
        _step(
            "resume", {SUSPENDED, ARRIVING, AWAITING_CIQ}, ParcelState.MANUAL, _("恢复审核"), deadline=DECIDE
        ),
        _step("reject", (OPEN - {REFUSED}) | {ARRIVING, AWAITING_CIQ}, ParcelState.REJECTED, _("退单")),
        _step(
            "detain", _except(ParcelState.DETAINED), ParcelState.DETAINED, _("扣留"), deadline=DETAINED_DAYS
        ),
        _step(
            "detain_clearance",
            _except(ParcelState.DETAINED_CLEARANCE),
            ParcelState.DETAINED_CLEARANCE,
            _("扣留移送通关"),
            deadline=DETAINED_DAYS,
        ),
        _step(
            "detain_smuggling",
            _except(ParcelState.DETAINED_SMUGGLING),
            ParcelState.DETAINED_SMUGGLING,
            _("扣留移送缉私"),
            deadline=DETAINED_DAYS,
        ),
        _step(
            "detain_legal",
            _except(ParcelState.DETAINED_LEGAL),
            ParcelState.DETAINED_LEGAL,
            _("扣留移送法规"),
            deadline=DETAINED_DAYS,
        ),
        _step("send_back", DETENTIONS | {REFUSED}, ParcelState.RETURNED, _("责令退运")),
        _step("destroy", DETENTIONS | {REFUSED}, ParcelState.DESTROYED, _("销毁")),
        _step("clear", {ParcelState.RELEASED.value}, ParcelState.CLEARED, _("结关"), permission=""),
        _step(
            "cancel",
            {MANUAL, AWAITING_CIQ, ParcelState.RELEASED.value},
            ParcelState.CANCELLED,
            _("撤销"),
            permission="",
        ),
        _step("supersede", {MANUAL}, ParcelState.SUPERSEDED, _("更正"), permission=""),
        _step(
            "return",
            {ParcelState.RELEASED.value, ParcelState.CLEARED.value},
            ParcelState.RETURNED,
            _("退运"),
            permission="",
        ),
    ],
)

CIQ_OPEN = frozenset(
    {
        CiqState.WAITING.value,
        CiqState.RECEIVED.value,
        CiqState.TO_INSPECT.value,
        CiqState.FAILED.value,
    }
)
"""The second verdict is owed: the goods may not leave."""


def _verdict(name: str, target: CiqState, label: str | Promise, sources: frozenset[str]) -> Transition:
    return Transition(
        name, sources=sources, target=target, label=label, permission="quarantine.decide", receipt=target
    )


CIQ = workflow(
    "customs.CiqVerdict",
    "state",
    CiqState.values,
    [
        _verdict("receive", CiqState.RECEIVED, _("接收"), frozenset({CiqState.WAITING.value})),
        _verdict("inspect", CiqState.TO_INSPECT, _("需检验检疫"), CIQ_OPEN - {CiqState.TO_INSPECT.value}),
        _verdict("pass", CiqState.RELEASED, _("检验检疫放行"), CIQ_OPEN),
        _verdict("refuse", CiqState.NOT_PASSED, _("检验检疫不合格"), CIQ_OPEN),
        _verdict("fail", CiqState.FAILED, _("接收失败"), CIQ_OPEN - {CiqState.FAILED.value}),
    ],
)
"""The life of the second verdict (rules C.3), which only lists have that need one. What is final stays: a letter that comes late
changes nothing."""

REQUEST = workflow(
    "customs.ParcelRequest",
    "state",
    RequestState.values,
    [
        Transition(
            "approve",
            sources=frozenset({RequestState.WAITING.value, RequestState.HANDED_OVER.value}),
            target=RequestState.APPROVED,
            label=_("同意退货"),
            permission="parcel.decide",
        ),
        Transition(
            "finish",
            sources=frozenset({RequestState.WAITING.value, RequestState.APPROVED.value}),
            target=RequestState.DONE,
            label=_("办结"),
            permission="parcel.decide",
        ),
        Transition(
            "hand_over",
            sources=frozenset({RequestState.WAITING.value}),
            target=RequestState.HANDED_OVER,
            label=_("移交"),
            permission="parcel.decide",
            receipt="505",
            deadline="C.HANDED_OVER_DAYS",
        ),
        Transition(
            "refuse",
            sources=frozenset({RequestState.WAITING.value, RequestState.HANDED_OVER.value}),
            target=RequestState.REFUSED,
            label=_("不同意"),
            permission="parcel.decide",
        ),
        Transition(
            "lapse",
            sources=frozenset({RequestState.APPROVED.value}),
            target=RequestState.LAPSED,
            label=_("逾期失效"),
        ),
    ],
)
"""The life of a request about a list (605, 623, 625, 213). Cancellations are finished by the decision; returns when the goods are back.
Only the return of exports (213) knows a handing over to another department: its receipt 214 has the status 505."""

UNPAID = frozenset({TaxBillState.GENERATED.value, TaxBillState.SUMMED.value})

TAX_BILL = workflow(
    "customs.TaxBill",
    "state",
    TaxBillState.values,
    [
        Transition(
            "sum",
            sources=frozenset({TaxBillState.GENERATED.value}),
            target=TaxBillState.SUMMED,
            label=_("汇总到缴款书"),
            receipt=TaxBillState.SUMMED,
        ),
        Transition(
            "void", sources=UNPAID, target=TaxBillState.VOID, label=_("作废"), receipt=TaxBillState.VOID
        ),
    ],
)
"""The life of a tax bill (CEB818). Payment is a matter of the payment document, not of the bill."""

DUTY_PAYMENT = workflow(
    "customs.DutyPayment",
    "state",
    DutyPaymentState.values,
    [
        Transition(
            "pay",
            sources=frozenset({DutyPaymentState.ISSUED.value}),
            target=DutyPaymentState.PAID,
            label=_("税款入库"),
        ),
        Transition(
            "void",
            sources=frozenset({DutyPaymentState.ISSUED.value}),
            target=DutyPaymentState.VOID,
            label=_("作废"),
        ),
    ],
)

GUARANTEE = workflow(
    "customs.Guarantee",
    "state",
    GuaranteeState.values,
    [
        Transition(
            "confirm",
            sources=frozenset({GuaranteeState.PROPOSED.value}),
            target=GuaranteeState.ACTIVE,
            label=_("复核同意"),
            permission="security.confirm",
        ),
        Transition(
            "refuse",
            sources=frozenset({GuaranteeState.PROPOSED.value}),
            target=GuaranteeState.REFUSED,
            label=_("复核不同意"),
            permission="security.confirm",
        ),
        Transition(
            "end",
            sources=frozenset({GuaranteeState.ACTIVE.value}),
            target=GuaranteeState.ENDED,
            label=_("解除担保"),
            permission="security.confirm",
        ),
    ],
)
"""The life of a guarantee: one official registers it, another confirms it (four eyes)."""


APPLICATION = workflow(
    "customs.SummaryApplication",
    "state",
    ApplicationState.values,
    [
        Transition(
            "complete",
            sources=frozenset({ApplicationState.COLLECTING.value}),
            target=ApplicationState.WAITING,
            label=_("收齐"),
        ),
        Transition(
            "claim",
            sources=frozenset({ApplicationState.WAITING.value}),
            target=ApplicationState.WORKING,
            label=_("开始汇总"),
        ),
        Transition(
            "finish",
            sources=frozenset({ApplicationState.WORKING.value}),
            target=ApplicationState.DONE,
            label=_("汇总"),
            receipt="399",
        ),
        Transition(
            "refuse",
            sources=frozenset({ApplicationState.COLLECTING.value, ApplicationState.WAITING.value}),
            target=ApplicationState.REFUSED,
            label=_("退单"),
            receipt="100",
        ),
    ],
)
"""The life of a request to summarise lists (701): its parts are collected, its lists are claimed, then it is summarised as a whole or
refused as a whole."""

DECLARATION = workflow(
    "customs.SummaryDeclaration",
    "state",
    DeclarationState.values,
    [
        Transition(
            "declare",
            sources=frozenset({DeclarationState.SUMMARISED.value}),
            target=DeclarationState.DECLARED,
            label=_("接受申报"),
        ),
        Transition(
            "refuse",
            sources=frozenset({DeclarationState.SUMMARISED.value}),
            target=DeclarationState.REFUSED,
            label=_("退单"),
        ),
        Transition(
            "submit_again",
            sources=frozenset({DeclarationState.REFUSED.value}),
            target=DeclarationState.SUMMARISED,
            label=_("重新申报"),
        ),
    ],
)
"""The life of a declaration made by summarising: customs accepts it and gives its number, or refuses it with a reason."""

BOOKS_IN_USE = frozenset({AccountBookState.ACTIVE.value, AccountBookState.SUSPENDED.value})
ACCOUNT_BOOK = workflow(
    "customs.AccountBook",
    "state",
    AccountBookState.values,
    [
        Transition(
            "confirm",
            sources=frozenset({AccountBookState.WAITING.value}),
            target=AccountBookState.ACTIVE,
            label=_("确认账册"),
            permission="parcel.decide",
        ),
        Transition(
            "refuse",
            sources=frozenset({AccountBookState.WAITING.value}),
            target=AccountBookState.REFUSED,
            label=_("不予确认"),
            permission="parcel.decide",
        ),
        Transition(
            "suspend",
            sources=frozenset({AccountBookState.ACTIVE.value}),
            target=AccountBookState.SUSPENDED,
            label=_("暂停账册"),
            permission="parcel.decide",
        ),
        Transition(
            "resume",
            sources=frozenset({AccountBookState.SUSPENDED.value}),
            target=AccountBookState.ACTIVE,
            label=_("恢复账册"),
            permission="parcel.decide",
        ),
        Transition(
            "close",
            sources=BOOKS_IN_USE,
            target=AccountBookState.CLOSED,
            label=_("核销结案"),
            permission="parcel.decide",
        ),
    ],
)
"""The life of an account book of bonded goods: only an active one is drawn and filled."""

NOT_WORKED = frozenset({TableState.WAITING.value, TableState.RUNNING.value})
MESSAGE_TABLE = workflow(
    "customs.MessageTable",
    "state",
    TableState.values,
    [
        Transition("run", NOT_WORKED, TableState.RUNNING, _("开始处理")),
        Transition("finish", frozenset({TableState.RUNNING.value}), TableState.DONE, _("完成")),
        Transition("refuse", NOT_WORKED, TableState.REFUSED, _("不能处理")),
    ],
)
"""An uploaded table: a killed worker's is run again, from the beginning."""

OWED = frozenset({PaymentDataState.WAITING.value, PaymentDataState.ASKED.value})
PAYMENT_DATA = workflow(
    "customs.PaymentDataRequest",
    "state",
    PaymentDataState.values,
    [
        Transition(
            "hand_over",
            frozenset({PaymentDataState.WAITING.value}),
            PaymentDataState.ASKED,
            _("送达平台"),
            deadline="C.PAYEX.ANSWER_HOURS",
        ),
        Transition(
            "give_up", frozenset({PaymentDataState.WAITING.value}), PaymentDataState.FAILED, _("不再发送")
        ),
        Transition(
            "receive",
            OWED | {PaymentDataState.FAILED.value, PaymentDataState.EXPIRED.value},
            PaymentDataState.RECEIVED,
            _("收到数据"),
        ),
        Transition("expire", OWED, PaymentDataState.EXPIRED, _("逾期")),
    ],
)
"""A request for payment data: late data are taken too."""
