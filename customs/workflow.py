"""The life of a parcel after the pipeline's first decision, and of requests about it (statuses of the interface specification 202205; rules C.2)."""

from django.utils.translation import gettext_lazy as _

from customs.enums import (
    STATUS_CODES,
    ApplicationState,
    DeclarationState,
    DutyPaymentState,
    GuaranteeState,
    ParcelState,
    RequestState,
    TaxBillState,
)
from portal.workflow import Transition, workflow

OPEN = frozenset({ParcelState.MANUAL.value, ParcelState.INSPECTION.value})

PARCEL = workflow(
    "customs.Parcel",
    "state",
    ParcelState.values,
    [
        Transition(
            "release",
            sources=OPEN | {ParcelState.DETAINED.value},
            target=ParcelState.RELEASED,
            label=_("放行"),
            permission="parcel.decide",
            receipt=STATUS_CODES[ParcelState.RELEASED],
        ),
        Transition(
            "inspect",
            sources=frozenset({ParcelState.MANUAL.value}),
            target=ParcelState.INSPECTION,
            label=_("布控查验"),
            permission="parcel.decide",
            receipt=STATUS_CODES[ParcelState.INSPECTION],
            deadline="C.DECIDE_DAYS",
        ),
        Transition(
            "reject",
            sources=OPEN | {ParcelState.DETAINED.value},
            target=ParcelState.REJECTED,
            label=_("退单"),
            permission="parcel.decide",
            receipt=STATUS_CODES[ParcelState.REJECTED],
        ),
        Transition(
            "detain",
            sources=frozenset({ParcelState.INSPECTION.value}),
            target=ParcelState.DETAINED,
            label=_("扣留"),
            permission="parcel.decide",
            receipt=STATUS_CODES[ParcelState.DETAINED],
        ),
        Transition(
            "clear",
            sources=frozenset({ParcelState.RELEASED.value}),
            target=ParcelState.CLEARED,
            label=_("结关"),
            receipt=STATUS_CODES[ParcelState.CLEARED],
        ),
        Transition(
            "cancel",
            sources=frozenset({ParcelState.MANUAL.value, ParcelState.RELEASED.value}),
            target=ParcelState.CANCELLED,
            label=_("撤销"),
        ),
        Transition(
            "supersede",
            sources=frozenset({ParcelState.MANUAL.value}),
            target=ParcelState.SUPERSEDED,
            label=_("更正"),
        ),
        Transition(
            "return",
            sources=frozenset({ParcelState.RELEASED.value, ParcelState.CLEARED.value}),
            target=ParcelState.RETURNED,
            label=_("退运"),
            receipt=STATUS_CODES[ParcelState.RETURNED],
        ),
    ],
)

REQUEST = workflow(
    "customs.ParcelRequest",
    "state",
    RequestState.values,
    [
        Transition(
            "approve",
            sources=frozenset({RequestState.WAITING.value}),
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
            "refuse",
            sources=frozenset({RequestState.WAITING.value}),
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
"""The life of a request about a list (605, 623, 625, 213). Cancellations are finished by the decision; returns when the goods are back."""

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
