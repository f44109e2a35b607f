"""Made-up parcels: the same for the same seed, numbers never twice, sums that agree in every document."""

from datetime import datetime
from decimal import Decimal

import pytest

from portal.codes import load_codes
from portal.personal_data import check_resident_number
from tools.parcels import SHANGHAI, Generator, Parcel, messages
from tools.parcels.cast import IMPORT_GOODS

MOMENT = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
CENT = Decimal("0.01")


def drawn(seed: int, count: int = 50) -> tuple[Generator, list[Parcel]]:
    generator = Generator(seed, prefix="S", moment=MOMENT)
    return generator, [generator.import_parcel(freight="12.00", discount="3.00") for _ in range(count)]


def rendered(seed: int) -> list[tuple[str, bytes]]:
    generator, parcels = drawn(seed)
    return list(messages([*parcels, generator.export_parcel()], generator, per_message=20))


def test_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert rendered(5) == rendered(5)
    assert rendered(5) != rendered(6)


def test_every_document_goes_into_a_message_of_at_most_the_asked_size() -> None:
    found = rendered(5)
    assert [code for code, _body in found].count("CEB311Message") == 3
    assert sum(body.count(b"<ceb:Order>") for code, body in found if code == "CEB311Message") == 50
    assert all(body.count(b"<ceb:OrderHead>") <= 20 for _code, body in found)


@pytest.mark.django_db
def test_numbers_occur_once_and_people_have_valid_resident_numbers() -> None:
    load_codes()
    _generator, parcels = drawn(7, 200)
    assert len({p.order_no for p in parcels}) == 200
    assert len({p.waybill["logisticsNo"] for p in parcels}) == 200
    numbers = {p.order["buyerIdNumber"] for p in parcels}
    assert {check_resident_number(number, MOMENT.date()) for number in numbers} == {""}


def test_import_sums_agree() -> None:
    """E.06-E.09: lines make the goods value; value, freight, tax and discount make what is paid."""
    for parcel in drawn(8)[1]:
        order = {
            k: Decimal(parcel.order[k])
            for k in ("goodsValue", "freight", "discount", "taxTotal", "acturalPaid")
        }
        assert sum(Decimal(line["totalPrice"]) for line in parcel.order_lines) == order["goodsValue"]
        due = order["goodsValue"] + order["freight"] + order["taxTotal"] - order["discount"]
        assert due == order["acturalPaid"] == Decimal(parcel.payment["amountPaid"])
        assert Decimal(parcel.inventory["grossWeight"]) == Decimal(parcel.waybill["weight"])
        assert Decimal(parcel.inventory["netWeight"]) <= Decimal(parcel.inventory["grossWeight"])
        for ordered, declared in zip(parcel.order_lines, parcel.inventory_lines, strict=True):
            assert ordered["totalPrice"] == declared["totalPrice"]
            assert Decimal(declared["qty"]) * Decimal(declared["price"]) == Decimal(declared["totalPrice"])


def test_tax_within_the_limits_is_seventy_percent_of_vat_and_consumption_tax() -> None:
    """D.5: consumption tax = price / (1 - rate) x rate, VAT on price and consumption tax, both x 70 %."""
    generator = Generator(9, moment=MOMENT)
    cream = next(g for g in IMPORT_GOODS if g.consumption_tax)
    parcel = generator.import_parcel(goods=[(cream, 1)])
    price = cream.price
    consumption = price / (1 - cream.consumption_tax) * cream.consumption_tax
    vat = (price + consumption) * cream.vat
    exact = (consumption + vat) * Decimal("0.70")
    assert abs(Decimal(parcel.order["taxTotal"]) - exact) <= CENT


def test_document_left_out_is_not_sent() -> None:
    generator, (parcel,) = drawn(10, 1)
    parcel.without.add("CEB411Message")
    assert [code for code, _ in messages([parcel], generator)] == [
        "CEB311Message",
        "CEB511Message",
        "CEB621Message",
    ]


@pytest.mark.parametrize("mode", ["9610", "1210"])
def test_bonded_parcels_name_ledger_and_zone_and_direct_ones_the_means_of_transport(mode: str) -> None:
    inventory = Generator(11, moment=MOMENT).import_parcel(trade_mode=mode).inventory
    assert bool(inventory.get("emsNo")) is (mode == "1210")
    assert bool(inventory.get("billNo")) is (mode == "9610")
