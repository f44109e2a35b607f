"""An enterprise takes its goods with it, as a table that can be uploaded again."""

from django.utils.translation import gettext_lazy as _

from filing.selectors.goods import listed
from filing.services.goods import Filer
from filing.services.goods_table import goods_table
from portal import audit
from portal.enums import Verb
from portal.errors import Refusal

MOST = 5_000
"""Goods that become a workbook within a second."""


class ExportTooLarge(Refusal):
    """More goods than one file takes."""

    code = "GOODS.EXPORT_SIZE"
    message = _("符合条件的商品超过 %(most)s 个，请按状态或货号缩小范围后分批导出，或使用接口分页读取。")
    status = 413


def export_goods(who: Filer, *, text: str, state: str) -> bytes:
    """The goods that fit. Raises ExportTooLarge."""
    found = list(listed(who.organisation_id, text=text, state=state, sort="sku")[: MOST + 1])
    if len(found) > MOST:
        raise ExportTooLarge(most=MOST)
    audit.record(
        Verb.GOODS_EXPORTED,
        actor=who.user,
        organisation_id=who.organisation_id,
        subject="goods",
        detail={"goods": len(found)},
    )
    return goods_table(found)
