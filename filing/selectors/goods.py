"""What is read of filed goods: lists, one good, HS search, the path of a code."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone

from filing.enums import GoodsState
from filing.models import FiledGoods, GoodsImport
from portal.selectors import code_name, code_table, hs_search

TONES = {
    GoodsState.DRAFT: "",
    GoodsState.REVIEW: "held",
    GoodsState.RETURNED: "warn",
    GoodsState.FILED: "good",
    GoodsState.WITHDRAWN: "",
}
SORTS = {"sku": "sku", "name": "name", "hs_code": "hs_code", "updated_at": "updated_at", "state": "state"}


@dataclass(frozen=True)
class TariffFacts:
    """What the tariff says of an eight-digit code on a day."""

    code: str
    name: str
    duty_rate: Decimal
    positive_list: bool
    bonded_only: bool
    export_licence: bool
    export_refund_rate: Decimal

    @property
    def duty(self) -> str:
        return percent(self.duty_rate)

    @property
    def refund(self) -> str:
        return percent(self.export_refund_rate)


def percent(rate: Decimal) -> str:
    """0.130000 → 13%."""
    return f"{(rate * 100).normalize():f}%"


TariffSource = Callable[[str, date], TariffFacts | None]
_tariff: list[TariffSource] = []


def register_tariff(source: TariffSource) -> None:
    """A higher app that keeps the tariff tells what it knows of a code."""
    if source not in _tariff:
        _tariff.append(source)


def tariff_facts(hs_code: str, on: date | None = None) -> TariffFacts | None:
    """Facts of the tariff for a ten-digit code, None when it is not in the tariff."""
    day = on or timezone.localdate()
    return next((facts for source in _tariff if (facts := source(hs_code[:8], day)) is not None), None)


def goods_of(organisation_id: int) -> "QuerySet[FiledGoods]":
    return FiledGoods.objects.filter(organisation_id=organisation_id)


def listed(
    organisation_id: int, *, text: str = "", state: str = "", sort: str = "-updated_at"
) -> "QuerySet[FiledGoods]":
    """The enterprise's goods, narrowed and ordered in SQL."""
    found = goods_of(organisation_id)
    if state in GoodsState.values:
        found = found.filter(state=state)
    found = search_goods(found, text)
    name = sort.removeprefix("-")
    column = SORTS.get(name, "updated_at")
    return found.order_by(f"-{column}" if sort.startswith("-") or name not in SORTS else column, "pk")


def search_goods(found: "QuerySet[FiledGoods]", text: str) -> "QuerySet[FiledGoods]":
    """Goods by SKU or code from the beginning, by barcode, by a part of the name."""
    text = text.strip().replace("\x00", "")
    if not text:
        return found
    return found.annotate(upper_name=Upper("name")).filter(
        Q(sku__istartswith=text)
        | Q(gtin=text)
        | Q(hs_code__startswith=text)
        | Q(upper_name__contains=text.upper())
    )


def one_good(organisation_id: int, pk: int) -> FiledGoods | None:
    return goods_of(organisation_id).filter(pk=pk).first()


def catalogue_of(organisation_id: int) -> "QuerySet[FiledGoods]":
    """Goods that may be chosen in a declaration."""
    return goods_of(organisation_id).filter(state=GoodsState.FILED).order_by("sku")


def import_of(organisation_id: int, pk: int) -> GoodsImport | None:
    return GoodsImport.objects.filter(organisation_id=organisation_id, pk=pk).first()


def imports_of(organisation_id: int) -> list[GoodsImport]:
    return list(GoodsImport.objects.filter(organisation_id=organisation_id)[:10])


@dataclass(frozen=True)
class HsMatch:
    """A six-digit code with the path to it."""

    code: str
    name: str
    heading: str
    chapter: str


def search_hs(text: str, language: str) -> list[HsMatch]:
    """Codes by number or words, in Chinese or English; at most twenty, the closest first."""
    return [path for code in hs_search(text, limit=20) if (path := hs_path(code, language)) is not None]


def hs_path(code: str, language: str) -> HsMatch | None:
    """Chapter, heading and subheading of a six-digit code; None when it is not in the Harmonized System."""
    if code not in code_table("hs6"):
        return None
    heading, chapter = code[:4], code[:2]
    return HsMatch(
        code,
        code_name("hs6", code, language),
        f"{heading} {code_name('hs_heading', heading, language)}",
        f"{chapter} {code_name('hs_chapter', chapter, language)}",
    )
