"""Uploaded tables of goods: kept, worked in the background, never lost.

The bytes are kept by digest before anything is worked, so a killed worker loses nothing: the sweep begins again, and goods that
are filed already stay as they are.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from filing.enums import ImportState
from filing.models import GoodsImport
from filing.rules.goods import NAMES
from filing.services.goods import MOST_AT_ONCE, Filer, file_goods
from filing.services.goods_table import Row, TableTooLarge, TableUnreadable, limits, read
from filing.workflow import GOODS_IMPORT
from portal import audit
from portal.documents import store_bytes
from portal.enums import Verb
from portal.errors import Refusal
from portal.workflow import advance_many

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from portal.models import User

FOLDER, SUFFIX = "imports", ".xlsx"
LOST_AFTER = timedelta(minutes=5)
ZIP = b"PK\x03\x04"


class ImportRunning(Refusal):
    """The same file is being worked."""

    code = "GOODS.IMPORT_RUNNING"
    message = _("同一文件正在处理，请等待完成。")
    field = "file"
    status = 409


def begin_import(*, organisation_id: int, actor: "User", file: "UploadedFile[Any]") -> GoodsImport:
    """Keep the file and have it worked after commit. Raises NotPermitted, TableTooLarge, TableUnreadable, ImportRunning."""
    Filer(organisation_id, actor).check()
    rows, megabytes = limits()
    content = file.read(megabytes * 1024 * 1024 + 1)
    if len(content) > megabytes * 1024 * 1024:
        raise TableTooLarge(rows=rows, mb=megabytes)
    if not content.startswith(ZIP):
        raise TableUnreadable
    digest = hashlib.sha256(content).hexdigest()
    store_bytes(FOLDER, digest, SUFFIX, content)
    try:
        with transaction.atomic():
            table = GoodsImport.objects.create(
                organisation_id=organisation_id,
                actor_id=actor.pk,
                name=(file.name or "goods.xlsx")[-200:],
                digest=digest,
                started_at=timezone.now(),
            )
            detail = {"name": table.name, "sha256": digest, "size": len(content)}
            subject = f"goods_import:{table.pk}"
            audit.record(
                Verb.GOODS_UPLOADED,
                actor=actor,
                organisation_id=organisation_id,
                subject=subject,
                detail=detail,
            )
            transaction.on_commit(lambda: nudge(table.pk), robust=True)
    except IntegrityError:
        raise ImportRunning from None
    return table


def nudge(import_id: int) -> None:
    current_app.send_task("filing.work_goods_import", (import_id,), retry=False)


def content_of(table: GoodsImport) -> bytes:
    path = Path(settings.MEDIA_ROOT) / FOLDER / table.digest[:2] / f"{table.digest}{SUFFIX}"
    return path.read_bytes()


def work_import(import_id: int) -> None:
    """Work one uploaded table in batches; progress is visible after each. Running it again repeats nothing."""
    table = GoodsImport.objects.get(pk=import_id)
    if not advance_many(GOODS_IMPORT, "run", [import_id]):
        return
    try:
        with translation.override("zh-hans"):
            rows = read(content_of(table))
            who = Filer(table.organisation_id, get_user_model().objects.get(pk=table.actor_id))
            work_rows(table, who, rows)
    except Refusal as refusal:
        end_import(table, "refuse", refusal=refusal.sentence[:300])
    else:
        end_import(table, "finish")


@transaction.atomic
def end_import(table: GoodsImport, step: str, refusal: str = "") -> None:
    GoodsImport.objects.filter(pk=table.pk).update(refusal=refusal, finished_at=timezone.now())
    advance_many(GOODS_IMPORT, step, [table.pk])


def work_rows(table: GoodsImport, who: Filer, rows: Sequence[Row]) -> None:
    """File the rows in batches. Raises NotPermitted when the uploader has lost the right meanwhile."""
    own = GoodsImport.objects.filter(pk=table.pk)
    own.update(total=len(rows), done=0, accepted=0, rejected=0, rejects=[])
    rejects: list[dict[str, Any]] = []
    for start in range(0, len(rows), MOST_AT_ONCE):
        part = rows[start : start + MOST_AT_ONCE]
        rejects += rejected(part, who)
        done = start + len(part)
        own.update(done=done, rejects=rejects, rejected=len(rejects), accepted=done - len(rejects))


def rejected(part: Sequence[Row], who: Filer) -> list[dict[str, Any]]:
    """File a batch; the rows that cannot be filed, with cell and reason."""
    written = file_goods(who, [row for _number, row in part])
    return [
        {
            "row": number,
            "values": [str(row.get(name) if row.get(name) is not None else "") for name in NAMES],
            "reasons": [f"{cell(fault.field, number)} {fault.sentence}" for fault in result.faults],
        }
        for (number, row), result in zip(part, written, strict=True)
        if result.faults
    ]


def cell(field: str, row: int) -> str:
    """Address in the template, e.g. B7."""
    return f"{get_column_letter(NAMES.index(field) + 1)}{row}"


def sweep_goods_imports() -> int:
    """Begin again what a killed worker or a lost message left; returns how many."""
    waiting = GoodsImport.objects.filter(
        state__in=[ImportState.WAITING, ImportState.RUNNING], started_at__lt=timezone.now() - LOST_AFTER
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:20])
    for import_id in ids:
        work_import(import_id)
    return len(ids)
