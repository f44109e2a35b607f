"""Goods of the demonstration's exporter: filed, waiting for review, sent back."""

from typing import Any

from filing.models import FiledGoods
from filing.services.goods import Filer, decide_goods, file_goods
from portal.models import ApiClient, Organisation, User

OWNER = "export-shop"
BASE = {"unit": "011", "unit1": "035", "country": "142", "currency": "142"}
GOODS: tuple[dict[str, Any], ...] = (
    {
        "sku": "FJ-SHOE-01", "gtin": "6901234567892", "name": "男式休闲运动鞋", "name_en": "Men's casual sports shoes",
        "hs_code": "6404110000", "brand": "海丝", "specification": "42 码，网布鞋面", "unit": "025", "unit1": "025",
        "price_low": "120", "price_high": "260",
    },
    {
        "sku": "FJ-LAMP-07", "gtin": "无", "name": "LED 台灯", "name_en": "LED desk lamp", "hs_code": "9405210000",
        "brand": "闽光", "specification": "5 V 10 W，可调光", "price_low": "45.5", "price_high": "88",
    },
    {
        "sku": "FJ-CUP-12", "gtin": "", "name": "德化白瓷茶杯", "name_en": "Dehua white porcelain cup",
        "hs_code": "6911101900", "brand": "德化", "specification": "150 毫升，六只装", "price_low": "30", "price_high": "99",
    },
    {
        "sku": "FJ-TEA-03", "gtin": "6920000000005", "name": "武夷岩茶 大红袍", "name_en": "Wuyi rock tea Da Hong Pao",
        "hs_code": "0902301000", "brand": "武夷", "specification": "250 克/罐", "composition": "茶叶 100%", "grade": "特级",
        "unit": "122", "price_low": "168", "price_high": "680", "ciq_category": "food",
    },
    {
        "sku": "FJ-MASK-02", "gtin": "", "name": "海藻保湿面膜", "name_en": "Seaweed moisturising mask",
        "hs_code": "3304990011", "brand": "闽海", "specification": "25 毫升/片，10 片/盒", "unit": "140",
        "price_low": "39", "price_high": "128", "ciq_category": "cosmetics",
    },
)  # fmt: skip
RETURNED = "FJ-MASK-02"
REMARK = "请补充成分含量，并上传化妆品备案凭证编号。"


def load_goods(organisations: dict[str, Organisation], reviewer: User) -> None:
    """File the goods once; one of those that wait is sent back by the reviewer."""
    organisation = organisations[OWNER]
    if FiledGoods.objects.filter(organisation=organisation).exists():
        return
    who = Filer(organisation.pk, client=ApiClient.objects.get(client_id=f"demo-{OWNER}"))
    written = file_goods(who, [{**BASE, **one} for one in GOODS])
    wrong = [(one.sku, fault.sentence) for one in written for fault in one.faults]
    if wrong:
        raise ValueError(f"demonstration goods have faults: {wrong}")
    back = [one.goods_id for one in written if one.sku == RETURNED and one.goods_id is not None]
    decide_goods(ids=back, step="return", actor=reviewer, reason=REMARK)
