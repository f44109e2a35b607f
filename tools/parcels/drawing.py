"""Draws people and parcels from a seed."""

import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tools.parcels.cast import EXPORT_GOODS, IMPORT_GOODS, Chosen, Person, check_character
from tools.parcels.facts import ExportFacts, ImportFacts, Parcel

SHANGHAI = ZoneInfo("Asia/Shanghai")
REGIONS = ("350102", "350103", "350203", "350206", "350502", "350582", "350602", "350702", "350902")
SURNAMES = "林陈黄郑王李张吴刘蔡杨许苏谢曾洪叶江邱何"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰海燕建国文"
STREETS = (
    "鼓楼区五四路",
    "台江区工业路",
    "思明区湖滨南路",
    "湖里区枋湖路",
    "丰泽区泉秀街",
    "晋江市世纪大道",
    "芗城区胜利路",
)


class Generator:
    """Draws people and parcels from a seed. `prefix` makes order and waybill numbers unique between runs."""

    def __init__(self, seed: int = 1, *, prefix: str = "T", moment: datetime | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 -- made-up data, nothing secret
        self.prefix = prefix
        self.moment = moment or datetime.now(SHANGHAI)
        self.number = 0

    def person(self, *, born: int | None = None, region: str | None = None) -> Person:
        """A made-up person with a valid number."""
        draw = self.random
        year = born or draw.randint(1962, 2001)
        stem = f"{region or draw.choice(REGIONS)}{year}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
        stem += f"{draw.randint(0, 989):03d}"
        name = (
            draw.choice(SURNAMES) + draw.choice(GIVEN) + (draw.choice(GIVEN) if draw.random() < 0.7 else "")
        )
        phone = f"13{draw.randint(0, 999_999_999):09d}"
        city = "福建省" + draw.choice(("福州市", "厦门市", "泉州市", "漳州市"))
        street = f"{city}{draw.choice(STREETS)}{draw.randint(1, 999)}号{draw.randint(1, 40)}栋{draw.randint(101, 3999)}室"
        return Person(name, stem + check_character(stem), phone, street)

    def guid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4)).upper()

    def stamp(self, minutes: int = 0) -> str:
        return (self.moment + timedelta(minutes=minutes)).strftime("%Y%m%d%H%M%S")

    def head(self, minutes: int) -> dict[str, str]:
        return {"guid": self.guid(), "appType": "1", "appTime": self.stamp(minutes), "appStatus": "2"}

    def next_number(self) -> str:
        self.number += 1
        return f"{self.prefix}{self.number:09d}"

    def import_parcel(
        self,
        *,
        buyer: Person | None = None,
        goods: Chosen | None = None,
        freight: str = "0.00",
        discount: str = "0.00",
        trade_mode: str = "9610",
        customs_code: str = "3501",
    ) -> Parcel:
        """A parcel whose four documents agree in every rule."""
        buyer = buyer or self.person()
        chosen = goods or [(self.random.choice(IMPORT_GOODS), self.random.randint(1, 2))]
        number = self.next_number()
        facts = ImportFacts(
            self, buyer, chosen, number, Decimal(freight), Decimal(discount), trade_mode, customs_code
        )
        return Parcel(
            "I",
            facts.keys["orderNo"],
            facts.order(),
            facts.order_lines(),
            facts.paid(),
            facts.waybill(),
            facts.inventory(),
            facts.inventory_lines(),
        )

    def export_parcel(
        self,
        *,
        goods: Chosen | None = None,
        trade_mode: str = "9610",
        customs_code: str = "3501",
        statistics_flag: str = "B",
    ) -> Parcel:
        """An export parcel in US dollars whose documents agree."""
        chosen = goods or [(self.random.choice(EXPORT_GOODS), self.random.randint(1, 3))]
        facts = ExportFacts(self, chosen, self.next_number(), trade_mode, customs_code, statistics_flag)
        return Parcel(
            "E",
            facts.keys["orderNo"],
            facts.order(),
            facts.order_lines(),
            facts.receipt(),
            facts.waybill(),
            facts.inventory(),
            facts.inventory_lines(),
        )
