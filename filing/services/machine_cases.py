"""Filing cases that an enterprise's own system writes: one call, one transaction."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.documents import CERTIFICATE
from filing.models import EnterpriseFiling
from filing.rules.cases import CONTENT
from filing.selectors.cases import qualifications_of, remarks_of
from filing.services.cases import (
    Applicant,
    LicenceFacts,
    begin_case,
    faults,
    save_draft,
    save_licences,
)
from filing.workflow import EDITABLE
from portal.documents import check_url, stored_document
from portal.errors import Refusal


class ScanBroken(Refusal):
    """The scan is not base64."""

    code = "FILING.SCAN"
    message = _("扫描件须为 base64 文本。")


@transaction.atomic
def file_case(
    who: Applicant, kind: str, content: Mapping[str, Any], licences: Sequence[Mapping[str, Any]]
) -> EnterpriseFiling:
    """A draft with its content. Raises what the single steps raise; nothing is half written."""
    case = begin_case(who, kind)
    return write_case(who, case.pk, content, licences)


@transaction.atomic
def write_case(
    who: Applicant, case_id: int, content: Mapping[str, Any], licences: Sequence[Mapping[str, Any]]
) -> EnterpriseFiling:
    """Replace the given fields and licences of a draft. Raises what the single steps raise; nothing is half written."""
    case = save_draft(who, case_id, content)
    if licences:
        save_licences(who, case_id, [licence_of(one) for one in licences])
    return case


def licence_of(given: Mapping[str, Any]) -> LicenceFacts:
    """A licence of the request; the scan arrives as base64. Raises ScanBroken."""
    text = given.get("scan") or ""
    plain = LicenceFacts(
        **{name: value for name, value in given.items() if name not in {"scan", "scan_name"}}
    )
    if not text:
        return plain
    try:
        body = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ScanBroken(field=f"licence-{plain.licence}-scan") from None
    return replace(plain, scan=SimpleUploadedFile(given.get("scan_name") or "scan", body))


def as_json(case: EnterpriseFiling) -> dict[str, Any]:
    """A case as the API shows it; personal numbers by their masks."""
    certificate = stored_document(CERTIFICATE, case.pk)
    return {
        "id": case.pk,
        "number": case.number,
        "kind": case.kind,
        "state": case.state,
        "version": case.version,
        "office": case.office,
        "submitted_at": moment(case.submitted_at),
        "due_at": moment(case.due_at),
        "decided_at": moment(case.decided_at),
        "decision": case.decision,
        "legal_basis": case.legal_basis,
        "content": {name: getattr(case, name) for name in CONTENT},
        "licences": [
            {
                "licence": one.licence,
                "number": one.number,
                "issuer": one.issuer,
                "valid_to": one.valid_to.isoformat() if one.valid_to else None,
                "unlimited": one.unlimited,
                "scan": one.scan.digest if one.scan else None,
            }
            for one in qualifications_of(case.pk)
        ],
        "faults": [
            {
                "rule": one.rule,
                "field": one.field,
                "sentence": one.sentence,
                "basis": one.basis,
                "blocks": one.blocks,
            }
            for one in (faults(case) if case.state in EDITABLE else ())
        ],
        "remarks": [{"field": one.field, "text": one.text} for one in remarks_of(case.pk)],
        "certificate": check_url(certificate) if certificate else None,
    }


def moment(at: Any) -> str | None:
    return timezone.localtime(at).isoformat() if at else None
