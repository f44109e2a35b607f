"""Results of a customs inspection as the inspecting office reports them."""

from enum import StrEnum


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
