"""What the tariff says of a code on a day, for those who ask from outside customs."""

from datetime import date

from django.db.models import Q, QuerySet

from customs.enums import ExportConditionKind
from customs.models import ExportCondition, TariffLine
from filing.selectors.goods import TariffFacts


def tariff_line(code: str, on: date) -> TariffFacts | None:
    """Facts of the eight-digit line in force on a day, None when the loaded tariff has none."""
    found = (
        TariffLine.objects.filter(code=code, valid_from__lte=on)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on))
        .order_by("-valid_from")
        .first()
    )
    if found is None:
        return None
    return TariffFacts(
        found.code,
        found.name,
        found.duty_rate,
        found.positive_list,
        found.bonded_only,
        export_licence(code, on),
        found.export_refund_rate,
    )


def conditions_on(on: date) -> "QuerySet[ExportCondition]":
    """What holds on a day."""
    return ExportCondition.objects.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))


def export_licence(code: str, on: date) -> bool:
    """Does anything that begins with this code, or that this code begins with, leave only against a licence?"""
    above = [code[:length] for length in range(2, len(code) + 1)]
    found = conditions_on(on).filter(Q(prefix__in=above) | Q(prefix__startswith=code))
    return found.filter(kind=ExportConditionKind.LICENCE).exists()


def excluded_goods(on: date, text: str = "") -> "QuerySet[ExportCondition]":
    """Catalogue of goods that cannot be declared simplified on a day, by code from the beginning or by a part of the name."""
    found = conditions_on(on)
    if text.isascii() and text.isdigit():
        above = [text[:length] for length in range(2, len(text) + 1)]
        return found.filter(Q(prefix__in=above) | Q(prefix__startswith=text))
    return found.filter(Q(name__icontains=text) | Q(name_en__icontains=text)) if text else found
