"""What the tariff says of a code on a day, for those who ask from outside customs."""

from datetime import date

from django.db.models import Q

from customs.models import TariffLine
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
        found.export_licence,
        found.export_refund_rate,
    )
