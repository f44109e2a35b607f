"""The enterprise's pages of the summary declaration: from the month that is left to the declaration and back to the list."""

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from customs.models import ClearedList, SummaryApplication, SummaryDeclaration
from customs.selectors.summaries import cleared_lines, open_months, parcels_of_declarations
from customs.services.following import work_follow_ups
from customs.services.summarising import summarise
from exchange.models import Message
from portal.models import Organisation
from tests.customs.pages.conftest import staff
from tests.customs.summaries.conftest import BAG, SHIRT, Summaries
from tools.parcels import AGENT, EXPORT_SHOP, SHANGHAI

__all__ = ["staff"]

URL = "/enterprise/summaries/"
ASK = f"{URL}ask/?ebc={EXPORT_SHOP.code}&agent={AGENT.code}&customs=3501&month=2026-10"
IN_OCTOBER = datetime(2026, 10, 20, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def cleared(summaries: Summaries) -> list[str]:
    """Two lists cleared in October 2026."""
    return summaries.clear(summaries.draw((SHIRT, 10)), summaries.draw((BAG, 2)), at=IN_OCTOBER)


def test_from_the_month_to_the_declaration_and_back(
    summaries: Summaries, cleared: list[str], staff: Callable[..., Client]
) -> None:
    client = staff("agent")
    page = client.get(URL)
    (month,) = page.context["months"]
    assert (month.ebc_code, month.month, month.lists) == (EXPORT_SHOP.code, date(2026, 10, 1), 2)
    assert month.due_on == date(2026, 11, 16)
    shown = client.get(ASK)
    assert [len(draft.lines) for draft in shown.context["preview"].drafts] == [2]
    answer = client.post(ASK, {"producers": "1", "apply": "1"})
    message = Message.objects.latest("id")
    assert answer["Location"] == f"{URL}sent/{message.pk}/"
    assert client.get(answer["Location"]).status_code == 200
    work_follow_ups()
    application = SummaryApplication.objects.get()
    assert client.get(answer["Location"])["Location"] == f"{URL}{application.pk}/"
    part = client.get(answer["Location"], headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == f"{URL}{application.pk}/"
    assert client.get(f"{URL}{application.pk}/").context["step"] == 1
    summarise(application.pk)
    whole = client.get(f"{URL}{application.pk}/")
    assert whole.context["step"] == 4
    declaration = SummaryDeclaration.objects.get()
    assert whole.context["declarations"] == [declaration]
    one = client.get(f"/enterprise/declarations/{declaration.pk}/?line=1")
    (row,) = one.context["rows"]
    assert (row.invt_no, row.gcode) == (cleared[1], BAG.code)
    parcel = client.get(f"/enterprise/parcels/{row.parcel_id}/")
    assert f"/enterprise/declarations/{declaration.pk}/" in parcel.content.decode()
    assert client.get(URL).context["months"] == []
    assert client.get(ASK).status_code == 404


def test_the_file_holds_every_line(
    summaries: Summaries, cleared: list[str], staff: Callable[..., Client]
) -> None:
    summaries.ask(cleared)
    application = SummaryApplication.objects.get()
    agent: Client = staff("agent")
    answer: Any = agent.get(f"{URL}{application.pk}/file/csv/")
    rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row[0], row[8], row[10], row[11]) for row in rows[1:]] == [
        (application.sum_no, cleared[0], "1", "10.00000"),
        (application.sum_no, cleared[1], "1", "2.00000"),
    ]
    assert b"".join(staff("agent", "finance").get(f"{URL}{application.pk}/file/xlsx/").streaming_content)  # type: ignore[attr-defined]
    assert staff("agent", "viewer").get(f"{URL}{application.pk}/file/csv/").status_code == 403


def test_a_viewer_sees_and_does_not_ask(cleared: list[str], staff: Callable[..., Client]) -> None:
    client = staff("agent", "viewer")
    assert client.get(ASK).status_code == 200
    assert client.post(ASK, {"producers": "1", "apply": "1"}).status_code == 403
    assert not Message.objects.filter(message_type="CEB701Message").exists()


@pytest.mark.parametrize(
    "path", [ASK, f"{URL}1/", f"{URL}sent/1/", "/enterprise/declarations/1/", f"{URL}1/file/csv/"]
)
def test_nothing_of_another_enterprise(
    summaries: Summaries, cleared: list[str], staff: Callable[..., Client], path: str
) -> None:
    (_rest, last) = cleared
    summaries.ask([last])
    application, declaration = SummaryApplication.objects.get(), SummaryDeclaration.objects.get()
    message = Message.objects.latest("id")
    address = path.replace("declarations/1", f"declarations/{declaration.pk}").replace(
        f"{URL}sent/1", f"{URL}sent/{message.pk}"
    )
    address = address.replace(f"{URL}1/", f"{URL}{application.pk}/")
    assert staff("logistics").get(address).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?month=2026-13", "?month=x&ebc=%00", "?month=2026-10&ebc=1&agent=2&customs=3"]
)
def test_hostile_addresses_find_nothing(cleared: list[str], staff: Callable[..., Client], query: str) -> None:
    assert staff("agent").get(f"{URL}ask/{query}").status_code == 404


def test_higher_apps_read_lines_with_their_numbers(summaries: Summaries, cleared: list[str]) -> None:
    """What the refund reads: every line of a cleared list, with the declaration once there is one."""
    ids = list(ClearedList.objects.order_by("id").values_list("id", flat=True))
    assert [(one.gcode, one.decl_seq_no, one.gseqno) for one in cleared_lines(ids)] == [
        (SHIRT.code, "", None),
        (BAG.code, "", None),
    ]
    summaries.ask(cleared)
    declaration = SummaryDeclaration.objects.get()
    assert [(one.gcode, one.decl_seq_no, one.gseqno) for one in cleared_lines(ids)] == [
        (SHIRT.code, declaration.decl_seq_no, 2),
        (BAG.code, declaration.decl_seq_no, 1),
    ]
    assert parcels_of_declarations([declaration.pk]) == ids
    shop = Organisation.objects.get(customs_code=EXPORT_SHOP.code)
    assert open_months(shop.pk, shop.codes) == []
