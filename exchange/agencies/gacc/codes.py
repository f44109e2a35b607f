"""Results of a customs inspection as the inspecting office reports them, and answers to declarations."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Inspection(StrEnum):
    """What the inspection found."""

    CONFORM = "conform"
    NONCONFORM = "nonconform"
    DETAIN = "detain"


OUTCOMES: dict[str, str] = {
    Inspection.CONFORM: "release",
    Inspection.NONCONFORM: "reject",
    Inspection.DETAIN: "detain",
}
"""Result → step of the parcel's workflow."""

MEANINGS: dict[str, str | Promise] = {
    Inspection.CONFORM: _("查验相符"),
    Inspection.NONCONFORM: _("查验不符"),
    Inspection.DETAIN: _("扣留"),
}


class Declaration(StrEnum):
    """What customs answers to a declaration."""

    DECLARED = "declared"
    REFUSED = "refused"


ANSWERS: dict[str, str | Promise] = {
    Declaration.DECLARED: _("接受申报"),
    Declaration.REFUSED: _("退单"),
}
