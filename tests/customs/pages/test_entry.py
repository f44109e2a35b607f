"""A document entered by hand: the form of the field table, the intake's answer, nothing stored when something is wrong."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from customs.forms import head_form, line_formset
from customs.messages.codec import Message
from customs.messages.composing import FILLED_IN
from customs.models import ImportOrder, ImportOrderLine
from customs.models.documents import taken_in
from exchange.models import Message as JournalMessage
from tests.customs.world import World

URL = "/enterprise/enter/CEB311Message/"


def entered(world: World, **changes: str) -> dict[str, str]:
    """What somebody types for one order of one line."""
    parcel = world.make.import_parcel()
    head = {name: value for name, value in parcel.order.items() if name not in FILLED_IN}
    line = {
        f"lines-0-{name}": value for name, value in parcel.order_lines[0].items() if name not in FILLED_IN
    }
    counts = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
    return {**head, **line, **counts, **changes}


@pytest.mark.parametrize("message", taken_in(), ids=lambda m: m.code)
def test_form_has_a_field_for_every_element_people_fill_in(message: Message) -> None:
    assert set(head_form(message)().fields) == {f.name for f in message.fields} - FILLED_IN
    if message.lines:
        line = line_formset(message)().empty_form
        numbers = set() if message.own_numbers else {"gnum"}
        assert set(line.fields) == {f.name for f in message.line_fields} - (FILLED_IN - numbers)


def test_entered_order_is_stored_with_its_line(world: World, staff: Callable[..., Client]) -> None:
    values = entered(world)
    answer = staff("platform").post(URL, values)
    assert answer.status_code == 200
    assert answer.context["uploads"][0].accepted
    order = ImportOrder.objects.get()
    assert (order.order_no, order.app_type, order.app_status) == (values["orderNo"], "1", "2")
    assert str(order.goods_value) == f"{float(values['goodsValue']):.5f}"
    assert ImportOrderLine.objects.get().gnum == 1


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"orderNo": ""}, "orderNo"), ({"goodsValue": "NaN"}, "goodsValue"), ({"currency": "1"}, "currency")],
)
def test_wrong_entry_is_told_at_its_field_and_nothing_is_stored(
    world: World, staff: Callable[..., Client], changes: dict[str, str], name: str
) -> None:
    answer = staff("platform").post(URL, entered(world, **changes))
    assert answer.status_code == 422
    assert list(answer.context["head"].errors) == [name]
    assert not ImportOrder.objects.exists()
    assert not JournalMessage.objects.exists()


def test_intake_refuses_what_the_form_cannot_know(world: World, staff: Callable[..., Client]) -> None:
    answer: Any = staff("platform").post(URL, entered(world, buyerIdNumber="110105194912310021"))
    assert answer.status_code == 422
    assert [e.code for e in answer.context["uploads"][0].errors] == ["CEB.ID.CHECK"]
    assert not ImportOrder.objects.exists()


def test_one_more_line_keeps_what_was_typed(world: World, staff: Callable[..., Client]) -> None:
    values = entered(world, more="1")
    answer = staff("platform").post(URL, values)
    assert answer.context["head"].initial["orderNo"] == values["orderNo"]
    assert len(answer.context["lines"]) == 2
    assert answer.context["lines"][0].initial["itemName"] == values["lines-0-itemName"]
    assert not JournalMessage.objects.exists()


def test_viewer_may_not_enter_and_receipts_have_no_form(world: World, staff: Callable[..., Client]) -> None:
    assert staff("platform", "viewer").get(URL).status_code == 403
    assert staff("agent").get("/enterprise/enter/CEB312Message/").status_code == 404
