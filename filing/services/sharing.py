"""Sources of shared records: enterprises and their filing by USCC, filed goods by USCC and article number.

What an agency gets of them is decided by the grants (`exchange.selectors.disclosure`).
"""

from collections.abc import Sequence

from django.db.models import Q

from exchange.services import SharedRecord, register_source, values_of
from filing.enums import GoodsState
from filing.models import EnterpriseFiling, FiledGoods
from filing.models.cases import IN_FORCE
from portal.selectors import organisations_by_uscc


def register_sources() -> None:
    """The objects of the catalogue that filing holds."""
    register_source("enterprise", enterprises)
    register_source("enterprise_filing", filings)
    register_source("goods", goods)


def enterprises(keys: Sequence[str]) -> list[SharedRecord]:
    """Enterprises by USCC."""
    return [SharedRecord(one.uscc, one.pk, values_of(one)) for one in organisations_by_uscc(keys)]


def filings(keys: Sequence[str]) -> list[SharedRecord]:
    """The filing in force of each enterprise."""
    rows = EnterpriseFiling.objects.filter(IN_FORCE, organisation__uscc__in=list(keys))
    return [
        SharedRecord(one.organisation.uscc, one.organisation_id, values_of(one))
        for one in rows.select_related("organisation").order_by("pk")
    ]


def goods(keys: Sequence[str]) -> list[SharedRecord]:
    """Filed goods, named `USCC/article number`."""
    wanted = Q(pk__in=[])
    for key in keys:
        uscc, _slash, sku = key.partition("/")
        wanted |= Q(organisation__uscc=uscc, sku=sku)
    rows = (
        FiledGoods.objects.filter(wanted, state=GoodsState.FILED)
        .select_related("organisation")
        .order_by("pk")
    )
    return [
        SharedRecord(f"{one.organisation.uscc}/{one.sku}", one.organisation_id, values_of(one))
        for one in rows
    ]
