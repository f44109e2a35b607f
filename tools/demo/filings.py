"""Filing cases of the demonstration: one complete, one whose licence ran out while it waited for its review."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from filing.enums import CaseKind, EnterpriseType, Licence
from filing.models import EnterpriseFiling, Qualification
from filing.services.cases import (
    Applicant,
    LicenceFacts,
    begin_case,
    save_draft,
    save_licences,
    submit_case,
)
from portal.models import ApiClient, Organisation

CONTENT: dict[str, dict[str, Any]] = {
    "export-shop": {
        "types": [EnterpriseType.ECOMMERCE, EnterpriseType.SERVICE_FIRM],
        "legal_name": "郑䶮",
        "legal_id": "350503198804125021",
        "district_code": "350503",
        "address": "福建省泉州市丰泽区东海街道 18 号",
        "business_scope": "服装鞋帽出口；跨境电子商务零售出口；外贸综合服务",
        "contact_name": "郑海丝",
        "contact_phone": "13905950001",
        "contact_email": "filing@export-shop.demo.invalid",
        "platform_urls": "https://shop.export-shop.demo.invalid",
    },
    "logistics": {
        "types": [EnterpriseType.LOGISTICS],
        "legal_name": "闽通达",
        "legal_id": "350102197506181217",
        "district_code": "350102",
        "address": "福建省福州市鼓楼区五四路 68 号",
        "business_scope": "国内快递；国际快递（邮政专营除外）",
        "contact_name": "闽小快",
        "contact_phone": "13905910002",
        "contact_email": "filing@logistics.demo.invalid",
    },
}
LICENCES = {
    "export-shop": (Licence.SERVICE, "综服2026-008", "泉州市丝路外贸综合服务有限公司"),
    "logistics": (Licence.EXPRESS, "闽邮20210135B", "福建省邮政管理局"),
}
EXPIRED = "logistics"
OFFICE = "3501"


def one_page_pdf() -> bytes:
    """A blank page: the scan of a licence nobody has."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def load_filings(organisations: dict[str, Organisation]) -> None:
    """Put the cases on the desk of the demo office; once."""
    for key, content in CONTENT.items():
        organisation = organisations[key]
        if EnterpriseFiling.objects.filter(organisation=organisation).exists():
            continue
        who = Applicant(organisation.pk, client=ApiClient.objects.get(client_id=f"demo-{key}"))
        case = begin_case(who, CaseKind.NEW)
        save_draft(who, case.pk, {**content, "office": OFFICE})
        licence, number, issuer = LICENCES[key]
        last = timezone.localdate() + timedelta(days=400)
        scan = SimpleUploadedFile("licence.pdf", one_page_pdf())
        save_licences(who, case.pk, [LicenceFacts(licence, number, issuer, last, scan=scan)])
        submit_case(who, case.pk)
        if key == EXPIRED:
            age(case)


def age(case: EnterpriseFiling) -> None:
    """Make the case three days old, with a licence that ran out yesterday."""
    Qualification.objects.filter(case=case).update(valid_to=timezone.localdate() - timedelta(days=1))
    EnterpriseFiling.objects.filter(pk=case.pk).update(
        submitted_at=timezone.now() - timedelta(days=3), due_at=timezone.now() + timedelta(days=1)
    )
