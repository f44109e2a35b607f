"""Documents as xlsx: every message an enterprise may send has form, table, XML and API; rows become documents of the intake."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from customs.enums import TableState
from customs.forms import head_form
from customs.messages import declared
from customs.messages.codec import Message
from customs.messages.composing import own_fields
from customs.models import ImportOrder, ImportOrderLine, ImportPayment, MessageTable
from customs.models.documents import taken_in
from customs.services.message_sheets import HEAD, LINES, NUMBER, blocks, read, template
from customs.services.message_tables import begin_table, content_of, sweep_tables, work_table
from exchange.messages import message_codes
from exchange.models import Message as JournalMessage
from portal.models import Membership, Organisation, User
from portal.permissions import NotPermitted
from tests.customs.pages.conftest import staff  # noqa: F401 -- fixture
from tests.customs.world import World, prepared, world  # noqa: F401 -- fixtures

ORDER = "CEB311Message"


def message(code: str = ORDER) -> Message:
    return next(one for one in taken_in() if one.code == code)


def typed_parcels(world: World, count: int) -> list[tuple[dict[str, str], list[dict[str, str]]]]:  # noqa: F811
    parcels = [world.make.import_parcel() for _ in range(count)]
    return [(one.order, one.order_lines) for one in parcels]


def book(documents: list[tuple[dict[str, Any], list[dict[str, Any]]]], code: str = ORDER) -> Workbook:
    """A filled template; documents are numbered 1, 2, 3…"""
    one = message(code)
    filled = load_workbook(io.BytesIO(template(one)))
    for name, _fields in blocks(one):
        filled[name].delete_rows(2)
    for number, (head, lines) in enumerate(documents, 1):
        filled[HEAD].append([str(number), *(head.get(f.name, "") for f in own_fields(one, one.fields))])
        for line in lines if one.lines else ():
            filled[LINES].append(
                [str(number), *(line.get(f.name, "") for f in own_fields(one, one.line_fields))]
            )
    return filled


def typist(world: World) -> tuple[Organisation, User]:  # noqa: F811
    organisation = Organisation.objects.get(pk=world.senders[ORDER].organisation_id)
    user = User.objects.create_user("typist", password=None)
    Membership.objects.create(user=user, organisation=organisation, role="declarant")
    return organisation, user


def saved(filled: Workbook) -> bytes:
    buffer = io.BytesIO()
    filled.save(buffer)
    return buffer.getvalue()


def post(client: Client, content: bytes, code: str = ORDER) -> Any:
    file = SimpleUploadedFile("orders.xlsx", content)
    return client.post(f"/enterprise/tables/{code}/", {"file": file}, follow=True)


def test_table_covers_every_message_enterprises_send() -> None:
    assert {one.code for one in taken_in()} == {one.code for one in declared()}


@pytest.mark.parametrize("one", declared(), ids=lambda m: m.code)
@pytest.mark.usefixtures("world")
def test_every_message_can_be_entered_tabled_uploaded_and_sent(one: Message) -> None:
    assert resolve(reverse("customs:enter", args=[one.code])).url_name == "enter"
    assert head_form(one)().fields
    assert one.code in message_codes()  # XML by page and by API
    sheets = load_workbook(io.BytesIO(template(one)))
    for name, fields in blocks(one):
        headings = [str(cell.value).split("\n")[-1] for cell in sheets[name][1]]
        assert headings == [NUMBER, *(f.name for f in fields)]
        marks = [" *" in str(cell.value) for cell in sheets[name][1]][1:]
        assert marks == [not f.nullable for f in fields]
    drafts, orphans = read(one, template(one))  # the example is a document
    assert (len(drafts), orphans) == (1, [])
    assert len(drafts[0].lines) == (1 if one.lines else 0)


@pytest.mark.usefixtures("world")
def test_page_lists_every_message_with_its_four_ways(staff: Callable[..., Client]) -> None:  # noqa: F811
    html = staff("platform").get("/enterprise/upload/").content.decode()
    for one in taken_in():
        assert f"/enterprise/enter/{one.code}/" in html
        assert f"/enterprise/tables/{one.code}/" in html
    assert html.count("POST /api/v1/messages/") == len(taken_in())


def test_rows_become_documents_and_wrong_ones_hold_no_other_back(
    world: World,  # noqa: F811
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    documents = typed_parcels(world, 3)
    documents[1][0]["currency"] = "999"
    filled = book(documents)
    filled[LINES].append(["77", *(["x"] * 3)])
    answer = post(staff("platform"), saved(filled))
    table = MessageTable.objects.get()
    assert (table.state, table.total, table.accepted, table.rejected) == (TableState.DONE, 4, 2, 2)
    assert ImportOrder.objects.count() == 2
    stored = ImportOrder.objects.order_by("id").first()
    assert stored is not None
    assert (stored.order_no, stored.app_type, stored.app_status) == (documents[0][0]["orderNo"], "1", "2")
    assert ImportOrderLine.objects.count() == len(documents[0][1]) + len(documents[2][1])
    column = load_workbook(io.BytesIO(template(message())))[HEAD]
    letter = next(c.column_letter for c in column[1] if str(c.value).endswith("\ncurrency"))
    cells = [error["cell"] for reject in table.rejects for error in reject["errors"]]
    assert f"head!{letter}3" in cells
    assert any(cell.startswith("lines!A") for cell in cells)
    html = answer.content.decode()
    assert f"head!{letter}3" in html
    assert documents[0][0]["buyerIdNumber"] not in str(table.rejects)


def test_file_of_rejected_documents_can_be_corrected_and_uploaded(
    world: World,  # noqa: F811
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    client, documents = staff("platform"), typed_parcels(world, 2)
    documents[1][0]["buyerName"] = ""
    post(client, saved(book(documents)))
    table = MessageTable.objects.get()
    answer = client.get(f"/enterprise/tables/uploaded/{table.pk}/rejected.xlsx")
    again = load_workbook(io.BytesIO(answer.content))
    assert again[HEAD].max_row == 2
    assert "buyerName" in str(next(c.value for c in again[HEAD][1] if "buyerName" in str(c.value)))
    at = next(c.column for c in again[HEAD][1] if str(c.value).endswith("\nbuyerName"))
    again[HEAD].cell(2, at, "林更正")
    post(client, saved(again))
    assert MessageTable.objects.order_by("-id")[0].accepted == 1
    assert ImportOrder.objects.count() == 2


def test_same_documents_again_are_told_row_by_row(
    world: World,  # noqa: F811
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    client, documents = staff("platform"), typed_parcels(world, 1)
    post(client, saved(book(documents)))
    post(client, saved(book(documents)))
    table = MessageTable.objects.order_by("-id")[0]
    assert (table.accepted, table.rejected) == (0, 1)
    assert table.rejects[0]["errors"][0]["code"] in {"-301010", "-301014"}
    assert ImportOrder.objects.count() == 1


def test_killed_worker_repeats_nothing(world: World) -> None:  # noqa: F811
    organisation, user = typist(world)
    file = SimpleUploadedFile("a.xlsx", saved(book(typed_parcels(world, 2))))
    table = begin_table(actor=user, organisation_id=organisation.pk, message=message(), file=file)
    assert table.accepted == 2
    MessageTable.objects.filter(pk=table.pk).update(
        state=TableState.RUNNING, started_at=table.started_at, accepted=0
    )
    work_table(table.pk)
    table.refresh_from_db()
    assert (table.state, table.accepted, table.rejected) == (TableState.DONE, 2, 0)
    assert (ImportOrder.objects.count(), JournalMessage.objects.count()) == (2, 1)


def test_file_is_encrypted_and_forgotten_after_its_days(world: World) -> None:  # noqa: F811
    organisation, user = typist(world)
    content = saved(book(typed_parcels(world, 1)))
    table = begin_table(
        actor=user,
        organisation_id=organisation.pk,
        message=message(),
        file=SimpleUploadedFile("a.xlsx", content),
    )
    assert content_of(table) == content
    assert not bytes(table.content or b"").startswith(b"PK")
    MessageTable.objects.update(finished_at=timezone.now() - timedelta(days=8))
    assert sweep_tables() == 0
    table.refresh_from_db()
    assert table.content is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"<not a table>"])
def test_hostile_file_stores_nothing(world: World, staff: Callable[..., Client], content: bytes) -> None:  # noqa: F811
    post(staff("platform"), content)
    assert not MessageTable.objects.exclude(state=TableState.REFUSED).exists()
    assert not ImportOrder.objects.exists()


def test_other_enterprise_and_viewer_see_nothing(world: World, staff: Callable[..., Client]) -> None:  # noqa: F811
    post(staff("platform"), saved(book(typed_parcels(world, 1))))
    table = MessageTable.objects.get()
    other = staff("shop")
    assert other.get(f"/enterprise/tables/uploaded/{table.pk}/").status_code == 404
    assert other.get(f"/enterprise/tables/uploaded/{table.pk}/rejected.xlsx").status_code == 404
    viewer = staff("platform", "viewer")
    assert viewer.get(f"/enterprise/tables/{ORDER}/").status_code == 403
    user = User.objects.get(username="platform-viewer")
    with pytest.raises(NotPermitted):
        begin_table(
            actor=user,
            organisation_id=table.organisation_id,
            message=message(),
            file=SimpleUploadedFile("a.xlsx", b"PK\x03\x04"),
        )
    assert MessageTable.objects.count() == 1


def test_numbers_and_dates_of_a_spreadsheet_are_read_as_codes_and_moments(
    world: World,  # noqa: F811
    staff: Callable[..., Client],  # noqa: F811
) -> None:
    parcel = world.make.import_parcel()
    payment = dict(parcel.payment)
    payment["currency"] = 142
    payment["amountPaid"] = float(payment["amountPaid"])
    at = timezone.localtime().replace(microsecond=0, tzinfo=None) - timedelta(days=1)
    payment["payTime"] = at
    post(staff("payment"), saved(book([(payment, [])], "CEB411Message")), "CEB411Message")
    stored = ImportPayment.objects.get()
    assert stored.currency == "142"
    assert timezone.localtime(stored.pay_time).replace(tzinfo=None) == at
