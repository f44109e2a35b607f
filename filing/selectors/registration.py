"""What is read from filing."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from filing.models import RegisteredCode


def is_registered(code: str, enterprise_type: str, on: date) -> bool:
    """Is this code (customs code or USCC) filed and active as this type on the business day (rule E.14)?"""
    return RegisteredCode.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        code=code,
        enterprise_type=enterprise_type,
        valid_from__lte=on,
    ).exists()


def types_of(organisation_id: int, on: date) -> set[str]:
    """What an enterprise is filed as on a day."""
    return set(
        RegisteredCode.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=on), organisation_id=organisation_id, valid_from__lte=on
        ).values_list("enterprise_type", flat=True)
    )


def registered_among(codes: Iterable[str], enterprise_types: Iterable[str], on: date) -> set[str]:
    """Which of these codes are filed and active on the business day as at least one of the types."""
    found = RegisteredCode.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        code__in=list(codes),
        enterprise_type__in=list(enterprise_types),
        valid_from__lte=on,
    )
    return set(found.values_list("code", flat=True))
