"""The life of a parcel after the pipeline's first decision (statuses of the interface specification 202205; rules C.2)."""

from django.utils.translation import gettext_lazy as _

from customs.enums import STATUS_CODES, ParcelState
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
    ],
)
