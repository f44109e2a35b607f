"""Uploading and exporting: what is stored, what is told, what a file contains to the cell."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from customs.models import ImportOrder, Parcel, Queue
from customs.services.exporting import COLUMNS, neutral
from exchange.models import Message, Receipt
from portal.models import AuditEntry
from tests.customs.pages.conftest import Desk
from tests.customs.world import World
from tools.parcels import messages


def file(body: bytes, name: str = "orders.xml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, "application/xml")


def upload(client: Client, *files: SimpleUploadedFile, **headers: str) -> Any:
    return client.post("/enterprise/upload/", {"files": list(files)}, headers=headers)


def order_message(world: World, count: int = 2) -> bytes:
    parcels = [world.make.import_parcel() for _ in range(count)]
    return next(body for code, body in messages(parcels, world.make) if code == "CEB311Message")


def test_uploaded_message_is_stored_and_receipted(world: World, staff: Callable[..., Client]) -> None:
    answer = upload(staff("platform"), file(order_message(world)))
    assert answer.status_code == 200
    (one,) = answer.context["uploads"]
    assert (one.accepted, one.stored, one.message_type) == (True, 2, "CEB311Message")
    assert ImportOrder.objects.count() == 2
    html = answer.content.decode()
    assert f"/enterprise/receipts/{one.receipt_id}.json" in html
    assert f"/enterprise/journal/{one.acceptance.message_id}/" in html


def test_same_file_again_stores_nothing_and_keeps_its_receipt(
    world: World, staff: Callable[..., Client]
) -> None:
    client, body = staff("platform"), order_message(world)
    first = upload(client, file(body)).context["uploads"][0]
    again = upload(client, file(body)).context["uploads"][0]
    assert (again.acceptance.repeated, again.receipt_id) == (True, first.receipt_id)
    assert (ImportOrder.objects.count(), Message.objects.count()) == (2, 1)


def test_several_files_are_answered_one_by_one(world: World, staff: Callable[..., Client]) -> None:
    good, bad = file(order_message(world), "good.xml"), file(b"<not xml", "bad.xml")
    answer = upload(staff("platform"), bad, good)
    assert [(one.name, one.accepted) for one in answer.context["uploads"]] == [
        ("bad.xml", False),
        ("good.xml", True),
    ]
    assert ImportOrder.objects.count() == 2


def test_wrong_file_shows_place_code_and_sentence_and_stores_nothing(
    world: World, staff: Callable[..., Client]
) -> None:
    body = order_message(world, 1).replace(b"<ceb:currency>142<", b"<ceb:currency>999<")
    answer = upload(staff("platform"), file(body))
    (one,) = answer.context["uploads"]
    assert not one.accepted
    assert one.errors
    html = answer.content.decode()
    for error in one.errors:
        assert error.path.startswith("/CEB311Message/")
        assert error.path in html
        assert error.message_zh in html
    assert "已退回，未保存任何单证" in html
    assert (ImportOrder.objects.count(), Queue.objects.count()) == (0, 0)
    assert Receipt.objects.get().message_type == "CEB900Message"


def test_message_of_another_enterprise_is_refused(world: World, staff: Callable[..., Client]) -> None:
    """E.23: copCode is not the uploader's enterprise."""
    (one,) = upload(staff("agent"), file(order_message(world))).context["uploads"]
    assert [error.code for error in one.errors] == ["E.23"]
    assert ImportOrder.objects.count() == 0


def test_known_documents_are_told_row_by_row(world: World, staff: Callable[..., Client]) -> None:
    client = staff("platform")
    parcels = [world.make.import_parcel() for _ in range(2)]
    first, second = (
        next(body for code, body in messages(some, world.make) if code == "CEB311Message")
        for some in (parcels[:1], parcels)
    )
    upload(client, file(first))
    answer = upload(client, file(second))
    (one,) = answer.context["uploads"]
    assert (one.accepted, one.stored) == (True, 1)
    assert [(error.path, error.code[:4]) for error in one.errors] == [("/CEB311Message[1]", "-301")]
    assert "部分接收" in answer.content.decode()


def test_scripts_get_the_answers_alone(world: World, staff: Callable[..., Client]) -> None:
    answer = upload(staff("platform"), file(order_message(world)), **{"x-requested-with": "XMLHttpRequest"})
    assert "<html" not in answer.content.decode()
    assert "已接收" in answer.content.decode()


@pytest.mark.parametrize("role", ["viewer", "finance"])
def test_roles_that_may_not_submit_are_refused(world: World, staff: Callable[..., Client], role: str) -> None:
    answer = upload(staff("platform", role=role), file(order_message(world)))
    assert answer.status_code == 403
    assert (ImportOrder.objects.count(), Message.objects.count()) == (0, 0)


def test_upload_without_files_and_with_too_many(world: World, staff: Callable[..., Client]) -> None:
    client = staff("platform")
    assert "请选择要上传的报文文件" in upload(client).content.decode()
    many = upload(client, *[file(b"x", f"{n}.xml") for n in range(51)])
    assert (many.status_code, "50" in many.content.decode()) == (422, True)
    assert Message.objects.count() == 0


def expected_row(parcel: Parcel) -> dict[str, str]:
    return {
        "清单编号": parcel.invt_no,
        "订单号": parcel.order_no,
        "运单号": parcel.logistics_no,
        "方向": parcel.get_direction_display(),
        "状态": parcel.get_state_display(),
        "申报海关": parcel.customs_code,
    }


def test_csv_holds_exactly_the_filtered_parcels(desk: Desk, staff: Callable[..., Client]) -> None:
    answer = staff("agent").get("/enterprise/parcels/file/csv/", {"state": "manual", "sort": "id"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = sorted((desk.parcels["held"], desk.parcels["second"]), key=lambda parcel: parcel.pk)
    assert [{k: row[k] for k in expected_row(p)} for row, p in zip(rows, expected, strict=True)] == [
        expected_row(p) for p in expected
    ]
    assert [Decimal(row["完税价格"]) for row in rows] == [p.dutiable for p in expected]
    assert list(rows[0]) == [str(label) for _name, label in COLUMNS]
    entry = AuditEntry.objects.get(verb="data_exported")
    assert entry.detail == {"format": "csv"}


def test_xlsx_holds_numbers_as_numbers(desk: Desk, staff: Callable[..., Client]) -> None:
    answer = staff("agent").get("/enterprise/parcels/file/xlsx/", {"state": "rejected"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content)), read_only=True).active
    heading, row = list(sheet.values)
    found = dict(zip(heading, row, strict=True))
    parcel = desk.parcels["rejected"]
    assert found["清单编号"] == parcel.invt_no
    assert found["状态"] == "退单"
    assert found["完税价格"] is None or Decimal(str(found["完税价格"])) == parcel.dutiable


def test_cells_never_become_formulas(desk: Desk, staff: Callable[..., Client]) -> None:
    Parcel.objects.filter(pk=desk.parcels["rejected"].pk).update(order_no="=HYPERLINK(1)")
    client = staff("agent")
    text = b"".join(client.get("/enterprise/parcels/file/csv/").streaming_content).decode()
    assert ",'=HYPERLINK(1)," in text
    answer = client.get("/enterprise/parcels/file/xlsx/", {"state": "rejected"})
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert [cell.data_type for cell in sheet[2] if cell.value == "'=HYPERLINK(1)"] == ["s"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_dangerous_beginnings_are_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral("35012026I000000001") == "35012026I000000001"
    assert neutral(Decimal("-1.00")) == Decimal("-1.00")


def test_unknown_format_does_not_exist(desk: Desk, staff: Callable[..., Client]) -> None:
    assert staff("agent").get("/enterprise/parcels/file/pdf/").status_code == 404
