"""Code tables and calendar in the back office: taken out, brought in after a preview, audited, kept from those without the right."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from portal.models import AuditEntry, CalendarDay, Code
from portal.working_days import forget, is_working_day
from tests.conftest import sign_in
from tests.portal.test_admin import staff

pytestmark = pytest.mark.django_db
NATIONAL_DAY = date(2031, 10, 1)
FILE = b"day,working,name,source\n2031-10-01,0,National Day,notice of 2030\n2031-10-12,1,make-up day,notice of 2030\n"


@pytest.fixture
def desk(client: Client) -> Client:
    sign_in(client, staff("keeper", "system"))
    forget()
    return client


def bring(desk: Client, content: bytes) -> Any:
    """Upload and see the preview; returns the form that confirms it."""
    file = SimpleUploadedFile("days.csv", content)
    answer = desk.post(reverse("admin:portal_calendarday_import"), {"import_file": file, "format": "0"})
    assert answer.status_code == 200
    return answer.context.get("confirm_form")


def test_a_notice_is_brought_in_after_a_preview(desk: Client) -> None:
    assert is_working_day(NATIONAL_DAY)
    confirm = bring(desk, FILE)
    assert CalendarDay.objects.filter(day=NATIONAL_DAY).count() == 0
    desk.post(reverse("admin:portal_calendarday_process_import"), confirm.initial)
    assert not is_working_day(NATIONAL_DAY)
    assert is_working_day(date(2031, 10, 12))
    entry = AuditEntry.objects.get(verb="table_changed")
    assert entry.subject == "table:portal.CalendarDay"
    assert entry.detail["count"] == 2


def test_a_file_with_a_wrong_day_changes_nothing(desk: Client) -> None:
    assert bring(desk, FILE.replace(b"2031-10-12", b"2031-10-52")) is None
    assert CalendarDay.objects.filter(day=NATIONAL_DAY).count() == 0


def test_a_table_is_taken_out(desk: Client) -> None:
    Code.objects.create(table="unit", code="011", name_zh="件", name_en="item", source="test")
    answer = desk.get(reverse("admin:portal_code_export"))
    rows = list(load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:3] == ("table", "code", "name_zh")
    assert rows[1][:3] == ("unit", "011", "件")
    assert desk.get(reverse("admin:portal_code_export"), {"nonsense": "1"}).status_code in {200, 302}


def test_a_change_by_hand_is_audited_and_seen_at_once(desk: Client) -> None:
    given = {"day": "2031-10-01", "name": "国庆", "source": "国办发明电〔2030〕1号"}
    assert desk.post(reverse("admin:portal_calendarday_add"), given).status_code == 302
    assert not is_working_day(NATIONAL_DAY)
    assert AuditEntry.objects.get(verb="table_changed").detail["change"] == "add"


@pytest.mark.parametrize("role", ["security", "audit", "chief"])
def test_others_neither_see_nor_change(client: Client, role: str) -> None:
    sign_in(client, staff("other", role))
    for name in ("changelist", "import", "export", "add"):
        assert client.get(reverse(f"admin:portal_calendarday_{name}")).status_code in {302, 403}
    file = SimpleUploadedFile("days.csv", FILE)
    client.post(reverse("admin:portal_calendarday_import"), {"import_file": file, "format": "0"})
    assert CalendarDay.objects.count() == 0
