"""Bonded goods of the demonstration's carrier, which also runs a warehouse in the bonded area and a supervised site."""

from datetime import date

from customs.models import AccountBook
from customs.services.account_books import Keeper, decide_books, enter_goods, open_book
from filing.enums import EnterpriseType
from filing.models import SupervisedSite
from filing.services.registration import register_enterprise
from portal.models import ApiClient, Organisation, User
from tools.parcels import ALERT_GOODS, BAG, IMPORT_GOODS, account_book_no

OWNER = "logistics"
SINCE = date(2020, 1, 1)
OFFICE, PORT, SITE = "3501", "3502", "350201"
PLENTY, SCARCE = "1000000", "1"
"""Pieces of everything; of one item a single piece, so that a list can take too much."""


def load_bonded(organisations: dict[str, Organisation], reviewer: User) -> None:
    """Once: a supervised site, and a confirmed account book with goods."""
    owner = organisations[OWNER]
    for kind in (EnterpriseType.STORAGE, EnterpriseType.SITE):
        register_enterprise(organisation_id=owner.pk, enterprise_type=kind, valid_from=SINCE)
    SupervisedSite.objects.get_or_create(
        code=SITE,
        valid_from=SINCE,
        defaults={
            "name": "福清江阴跨境电商监管中心",
            "customs_code": PORT,
            "organisation": owner,
            "source": "演示数据",
        },
    )
    number = account_book_no("1210", OFFICE)
    if AccountBook.objects.filter(ems_no=number).exists():
        return
    who = Keeper(owner.pk, client=ApiClient.objects.get(client_id=f"demo-{OWNER}"))
    book = open_book(who=who, ems_no=number, customs_code=OFFICE, trade_mode="1210", valid_from=SINCE)
    decide_books(ids=[book.pk], step="confirm", actor=reviewer)
    lines = [
        {
            "item_record_no": f"R{one.code}",
            "gcode": one.code,
            "name": one.name,
            "unit": one.unit,
            "qty": SCARCE if one is ALERT_GOODS else PLENTY,
        }
        for one in (*IMPORT_GOODS, BAG, ALERT_GOODS)
    ]
    entered = enter_goods(who=who, book_id=book.pk, document="QD350126000001", lines=lines)
    if entered.faults:
        raise ValueError(f"demonstration goods have faults: {entered.faults}")
