"""Documents filing issues: the certificate of an enterprise filing."""

from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filing.enums import RegistrationState
from filing.models import EnterpriseFiling
from filing.selectors.cases import office_name, qualifications_of, registrations_of, type_names
from portal.documents import Document, Facts, Shown, registered

CERTIFICATE = "filing.certificate"


@registered
class FilingCertificate(Document):
    """Says as what an enterprise is filed; its subject is the approved case, which never changes afterwards."""

    code = CERTIFICATE
    title = _("跨境电子商务企业备案证书")
    template = "filing/documents/certificate.html"

    def context(self, subject_id: int) -> dict[str, Any]:
        case = EnterpriseFiling.objects.get(pk=subject_id)
        return {
            "case": case,
            "types": type_names(case.types).split("、"),
            "office": office_name(case.office),
            "qualifications": qualifications_of(case.pk),
        }

    def file_name(self, subject_id: int) -> str:
        return f"{EnterpriseFiling.objects.get(pk=subject_id).number}.pdf"

    def facts(self, subject_id: int) -> dict[str, str]:
        case = EnterpriseFiling.objects.get(pk=subject_id)
        return {
            "number": case.number,
            "name": case.name,
            "uscc": case.uscc,
            "customs_code": case.customs_code,
            "types": ",".join(case.types),
            "office": case.office,
            "organisation": str(case.organisation_id),
        }

    def shown(self, facts: Facts) -> Shown:
        suspended = [
            one.enterprise_type
            for one in registrations_of(int(facts["organisation"])).exclude(state=RegistrationState.ACTIVE)
        ]
        kinds = facts["types"].split(",")
        rows: list[tuple[str | Promise, str]] = [
            (_("备案编号"), facts["number"]),
            (_("企业名称"), facts["name"]),
            (_("统一社会信用代码"), facts["uscc"]),
            (_("海关编码"), facts["customs_code"]),
            (_("企业类型"), type_names(kinds)),
            (_("备案海关"), office_name(facts["office"])),
        ]
        if stopped := type_names(kind for kind in kinds if kind in suspended):
            rows.append((_("其中目前暂停"), stopped))
        return rows

    def valid_to(self, subject_id: int) -> date | None:
        return None

    def organisation_id(self, subject_id: int) -> int | None:
        return EnterpriseFiling.objects.get(pk=subject_id).organisation_id
