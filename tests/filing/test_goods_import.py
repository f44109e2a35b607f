"""Tables of goods: the template, rejected rows that can be corrected, hostile files, a killed worker, progress."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from filing.enums import GoodsState, ImportState
from filing.models import FiledGoods, GoodsImport, GoodsVersion
from filing.rules.goods import COLUMNS, NAMES
from filing.services.cases import Applicant
from filing.services.goods import Filer, file_goods
from filing.services.goods_export import export_goods
from filing.services.goods_import import ImportRunning, begin_import, sweep_goods_imports, work_import
from filing.services.goods_table import (
    ColumnsMissing,
    TableEmpty,
    TableTooLarge,
    TableUnreadable,
    read,
    rejected_table,
    template,
)
from portal.models import Membership, Organisation, User
from tests.filing.goods import good, loaded_codes
from tools.demo.accounts import uscc

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
codes = loaded_codes


def table(*rows: dict[str, Any], heading: list[str] | None = None) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(heading or [column.label for column in COLUMNS])
    for row in rows:
        sheet.append([row.get(name, "") for name in NAMES])
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cells(content: bytes) -> list[tuple[Any, ...]]:
    return [
        tuple(row) for row in load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    ]


def upload(who: Applicant, content: bytes, name: str = "goods.xlsx") -> GoodsImport:
    assert who.user is not None
    file = SimpleUploadedFile(name, content)
    return begin_import(organisation_id=who.organisation_id, actor=who.user, file=file)


def worked(who: Applicant, content: bytes) -> GoodsImport:
    stored = upload(who, content)
    work_import(stored.pk)
    stored.refresh_from_db()
    return stored


def test_good_rows_are_filed_and_bad_rows_told_with_their_cell(applicant: Applicant) -> None:
    done = worked(applicant, table(good("A"), {}, good("B", gtin="123"), good("C", hs_code=402210000)))
    assert (done.state, done.total, done.done, done.accepted, done.rejected) == (ImportState.DONE, 3, 3, 1, 2)
    assert [row["row"] for row in done.rejects] == [4, 5]
    assert done.rejects[0]["reasons"][0].startswith("B4 ")
    assert done.rejects[1]["reasons"] == ["E5 商品编码应为 10 位数字。"]
    assert list(FiledGoods.objects.values_list("sku", "state")) == [("A", GoodsState.FILED)]


def test_rejected_rows_can_be_corrected_and_uploaded_again(applicant: Applicant) -> None:
    done = worked(applicant, table(good("A", gtin="123", name="+1")))
    book = load_workbook(io.BytesIO(rejected_table(done.rejects)))
    sheet = book.worksheets[0]
    assert sheet.cell(2, 3).value == "'+1"
    assert "B2" in str(sheet.cell(2, len(NAMES) + 1).value)
    sheet.cell(2, 2).value = "无"
    sheet.cell(2, 3).value = "奶粉"
    assert worked(applicant, saved(book)).accepted == 1
    assert FiledGoods.objects.get().name == "奶粉"


def test_the_template_with_its_example_can_be_uploaded(applicant: Applicant) -> None:
    done = worked(applicant, template())
    assert (done.accepted, done.rejects) == (1, [])
    assert FiledGoods.objects.get().state == GoodsState.REVIEW
    book = load_workbook(io.BytesIO(template()))
    assert book.sheetnames == ["goods", "codes", "notes"]
    assert len(book["goods"].data_validations.dataValidation) == 6


def test_the_export_can_be_uploaded_again_and_changes_nothing(applicant: Applicant) -> None:
    who = Filer(applicant.organisation_id, applicant.user)
    file_goods(who, [good("A"), good("B", gtin="无", price_low="0.10000")])
    content = export_goods(who, text="", state="")
    assert cells(content)[1][0] == "A"
    assert worked(applicant, content).accepted == 2
    assert GoodsVersion.objects.count() == 2


def test_working_twice_and_after_a_kill_repeats_nothing(applicant: Applicant) -> None:
    stored = upload(applicant, table(good("A"), good("B")))
    GoodsImport.objects.filter(pk=stored.pk).update(  # a worker was killed in the middle
        state=ImportState.RUNNING, done=1, started_at=timezone.now() - timedelta(minutes=6)
    )
    file_goods(Filer(applicant.organisation_id, applicant.user), [good("A")])
    assert sweep_goods_imports() == 1
    stored.refresh_from_db()
    assert (stored.state, stored.accepted) == (ImportState.DONE, 2)
    work_import(stored.pk)
    assert sweep_goods_imports() == 0
    assert GoodsVersion.objects.count() == 2


def test_the_same_file_twice_at_once_is_told(applicant: Applicant) -> None:
    content = table(good("A"))
    upload(applicant, content)
    with pytest.raises(ImportRunning):
        upload(applicant, content)
    assert GoodsImport.objects.count() == 1


def test_whoever_lost_the_right_meanwhile_files_nothing(applicant: Applicant) -> None:
    stored = upload(applicant, table(good("A")))
    Membership.objects.all().delete()
    work_import(stored.pk)
    stored.refresh_from_db()
    assert stored.state == ImportState.REFUSED
    assert FiledGoods.objects.count() == 0


def packed(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def lying(content: bytes, size: int, claimed: int) -> bytes:
    """The archive with another unpacked size in its headers."""
    return content.replace(size.to_bytes(4, "little"), claimed.to_bytes(4, "little"))


@pytest.mark.parametrize(
    "content",
    [
        packed(a=b"0" * 120_000_000),  # unpacks to more than is read
        lying(packed(a=b"0" * 50_000_000), 50_000_000, 1_000),  # says it is small
        packed(**{"xl/vbaProject.bin": b"macro"}),
        packed(**{f"part{n}": b"" for n in range(300)}),
        b"PK\x03\x04" + b"\x00" * 100,
        packed(**{"[Content_Types].xml": b"<x/>"}),
    ],
    ids=["bomb", "lying bomb", "macros", "many parts", "broken", "no workbook"],
)
def test_hostile_archives_are_refused(content: bytes) -> None:
    with pytest.raises(TableUnreadable):
        read(content)


def test_a_file_that_is_no_table_and_a_large_one_are_refused_at_the_door(applicant: Applicant) -> None:
    for content in (b"%PDF-1.4 renamed", b"", b"sku,name\n"):
        with pytest.raises(TableUnreadable):
            upload(applicant, content)
    with pytest.raises(TableTooLarge):
        upload(applicant, b"PK\x03\x04" + bytes(20 * 1024 * 1024))
    assert GoodsImport.objects.count() == 0


def test_one_cell_at_the_far_end_costs_nothing() -> None:
    """Readers that lay a sheet out in memory would ask for terabytes."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append([column.label for column in COLUMNS])
    sheet.append([good().get(name, "") for name in NAMES])
    sheet["XFD1048576"] = "x"
    with pytest.raises(TableTooLarge):
        read(saved(book))


def test_formulas_are_read_as_their_stored_value_never_computed() -> None:
    """openpyxl writes no stored value: such cells are empty."""
    rows = read(table(good("A", name='=HYPERLINK("http://x")')))
    assert rows[0][1]["name"] is None


def test_tables_without_heading_or_rows_are_told_what_is_missing() -> None:
    with pytest.raises(ColumnsMissing) as missing:
        read(table(good("A"), heading=["商品条码", "Name"]))
    assert "企业商品货号" in missing.value.sentence
    with pytest.raises(TableEmpty):
        read(table({}))


def test_english_headings_and_unknown_columns(applicant: Applicant) -> None:
    heading = [column.label_en for column in COLUMNS]
    assert read(table(good("A"), heading=heading))[0][1]["sku"] == "A"
    heading[1] = "anything"
    assert "gtin" not in read(table(good("A"), heading=heading))[0][1]


def test_too_many_rows() -> None:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.append([column.label for column in COLUMNS])
    for number in range(20_001):
        sheet.append([str(number)])
    with pytest.raises(TableTooLarge):
        read(saved(book))


def test_others_do_not_reach_an_upload(applicant: Applicant, client: Any) -> None:
    stored = worked(applicant, table(good("A", gtin="1")))
    other = Organisation.objects.create(uscc=uscc("91", "MA3501002"), customs_code="35019609P2", name="别家")
    stranger = User.objects.create_user("stranger")
    Membership.objects.create(user=stranger, organisation=other, role="administrator")
    client.force_login(stranger)
    for path in (f"import/{stored.pk}/", f"import/{stored.pk}/rejected.xlsx", f"{1}/"):
        assert client.get(f"/enterprise/goods/{path}").status_code == 404
