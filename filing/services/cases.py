"""What an enterprise does with its filing cases: begin, save, hand in licences, submit, withdraw. One transaction each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.enums import CaseKind, CaseState, EnterpriseType, Licence
from filing.models import EnterpriseFiling, FilingRemark, Qualification
from filing.models.cases import FilingContent
from filing.permissions import EDIT
from filing.rules.cases import Examined, Fault, faults_of
from filing.selectors.cases import in_force, office_name, open_case, qualifications_of, registrations_of
from filing.workflow import CASE, EDITABLE
from portal import attachments, audit, rules, workflow
from portal.enums import Verb
from portal.errors import Refusal
from portal.permissions import require
from portal.personal_data import encrypt, mask_phone, mask_resident_number
from portal.selectors import organisation_by_id
from portal.working_days import add_working_days

if TYPE_CHECKING:
    from portal.models import ApiClient, User

SCAN = "filing.licence"
"""Purpose of a licence's scan."""

CONTENT_COLUMNS = tuple(field.name for field in FilingContent._meta.get_fields())
SECRET_FIELDS: dict[str, tuple[str, str, Callable[[str], str]]] = {
    "legal_id": ("legal_id_encrypted", "legal_id_mask", mask_resident_number),
    "contact_phone": ("contact_phone_encrypted", "contact_phone_mask", mask_phone),
    "bank_account": ("bank_account_encrypted", "bank_account_mask", mask_phone),
}
"""Field of the form → (encrypted column, mask column, mask)."""

PLAIN_FIELDS = (
    *(name for name in CONTENT_COLUMNS if not name.endswith(("_encrypted", "_mask"))),
    "office",
    "reason",
)


class CaseUnknown(Refusal):
    """No such case of this enterprise."""

    code = "FILING.UNKNOWN"
    message = _("没有此备案申请，或不属于贵企业。")
    status = 404


class CaseClosed(Refusal):
    """The case is with the office or decided; it can't be written any more."""

    code = "FILING.CLOSED"
    message = _("该申请当前为“%(state)s”，不能再修改。")
    status = 409


class AlreadyFiled(Refusal):
    """Filed once, shared everywhere: no second first filing."""

    code = "FILING.ALREADY_FILED"
    message = _("贵企业已在%(office)s备案（%(number)s），一地备案、全国共享，请办理变更或补充备案。")
    basis = "海关总署公告2018年第194号；一地备案、全国通用"
    status = 409


class NotFiled(Refusal):
    """Nothing in force that could be changed."""

    code = "FILING.NOT_FILED"
    message = _("贵企业还没有生效的备案，请先办理首次备案。")
    status = 409


class AnotherOpen(Refusal):
    """One case at a time, so that versions never cross."""

    code = "FILING.OPEN"
    message = _("贵企业已有正在办理的申请 %(number)s，请先完成或撤回。")
    status = 409


class NotComplete(Refusal):
    """The pre-checks found faults that block."""

    code = "FILING.INCOMPLETE"
    message = _("还有 %(n)s 处需要填写或更正。")

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(field=faults[0].field, n=len(faults))


class WrongValue(Refusal):
    """A value that can't be stored at all (unknown code, too long)."""

    code = "FILING.VALUE"
    message = _("字段“%(name)s”的值不能保存。")


@dataclass(frozen=True)
class Applicant:
    """Who acts for the enterprise: a person with a role, or the enterprise's machine."""

    organisation_id: int
    user: "User | None" = None
    client: "ApiClient | None" = None

    def check(self) -> None:
        """Raises NotPermitted; a machine's scope was checked at its door."""
        if self.client is None:
            require(self.user, EDIT, organisation_id=self.organisation_id)

    def record(self, verb: Verb, case: EnterpriseFiling, **detail: Any) -> None:
        audit.record(
            verb,
            actor=self.user,
            client=self.client,
            organisation_id=self.organisation_id,
            subject=f"filing:{case.pk}",
            detail={"number": case.number, **detail},
        )


@transaction.atomic
def begin_case(who: Applicant, kind: CaseKind | str) -> EnterpriseFiling:
    """A new draft, filled in with what is known: the filing in force, else the last case, else the enterprise's own data.

    Raises NotPermitted, AlreadyFiled, NotFiled, AnotherOpen.
    """
    who.check()
    kind = CaseKind(kind)
    base = in_force(who.organisation_id)
    if kind == CaseKind.NEW and base is not None:
        raise AlreadyFiled(office=office_name(base.office) or base.office, number=base.number)
    if kind != CaseKind.NEW and base is None:
        raise NotFiled
    waiting = open_case(who.organisation_id)
    if waiting is not None:
        raise AnotherOpen(number=waiting.number)
    case = drafted(who.organisation_id, kind, base)
    who.record(Verb.FILING_BEGUN, case, kind=kind)
    return case


def drafted(organisation_id: int, kind: CaseKind, base: EnterpriseFiling | None) -> EnterpriseFiling:
    """The row with its licences. Two at once: the database lets one in, the other is told."""
    last = EnterpriseFiling.objects.filter(organisation_id=organisation_id).order_by("-id").first()
    source = base or last
    versions = EnterpriseFiling.objects.filter(organisation_id=organisation_id).aggregate(n=Max("version"))
    content = {name: getattr(source, name) for name in CONTENT_COLUMNS} if source else known(organisation_id)
    try:
        with transaction.atomic():
            case = EnterpriseFiling.objects.create(
                **content,
                organisation_id=organisation_id,
                kind=kind,
                base=base,
                office=source.office if source and kind != CaseKind.SUPPLEMENT else "",
                version=(versions["n"] or 0) + 1,
            )
    except IntegrityError:
        other = open_case(organisation_id)
        raise AnotherOpen(number=other.number if other else "") from None
    if source is not None:
        Qualification.objects.bulk_create(
            Qualification(
                case=case,
                licence=one.licence,
                number=one.number,
                issuer=one.issuer,
                valid_to=one.valid_to,
                unlimited=one.unlimited,
                scan_id=one.scan_id,
            )
            for one in qualifications_of(source.pk)
        )
    return case


def known(organisation_id: int) -> dict[str, Any]:
    """What the platform knows of the enterprise already; types it is registered as."""
    organisation = organisation_by_id(organisation_id)
    if organisation is None:
        raise CaseUnknown
    return {
        "name": organisation.name,
        "name_en": organisation.name_en,
        "uscc": organisation.uscc,
        "customs_code": organisation.customs_code or "",
        "dxp_id": organisation.dxp_id,
        "types": [one.enterprise_type for one in registrations_of(organisation_id)],
    }


def locked(who: Applicant, case_id: int) -> EnterpriseFiling:
    """The case of this enterprise, locked. Raises NotPermitted, CaseUnknown."""
    who.check()
    case = (
        EnterpriseFiling.objects.select_for_update()
        .filter(pk=case_id, organisation_id=who.organisation_id)
        .first()
    )
    if case is None:
        raise CaseUnknown
    return case


def writable(who: Applicant, case_id: int) -> EnterpriseFiling:
    """The case, locked, if it may be written. Raises NotPermitted, CaseUnknown, CaseClosed."""
    case = locked(who, case_id)
    if case.state not in EDITABLE:
        raise CaseClosed(state=case.get_state_display())
    return case


@transaction.atomic
def save_draft(who: Applicant, case_id: int, values: Mapping[str, Any]) -> EnterpriseFiling:
    """Store the fields that are given; others stay. A personal number is replaced only when a new one is given.

    A draft may be incomplete; only what can't be stored is refused. Raises NotPermitted, CaseUnknown, CaseClosed, WrongValue.
    """
    case = writable(who, case_id)
    changed = ["updated_at"]
    case.updated_at = timezone.now()
    for name in PLAIN_FIELDS:
        if name in values and name != "uscc":  # the number by which it is known once never changes
            setattr(case, name, storable(name, values[name]))
            changed.append(name)
    for name, (encrypted, masked, mask) in SECRET_FIELDS.items():
        if text := str(values.get(name) or "").strip():
            setattr(case, encrypted, encrypt(bounded(name, text, 40)))
            setattr(case, masked, mask(text))
            changed += [encrypted, masked]
    case.save(update_fields=changed)
    return case


def storable(name: str, value: Any) -> Any:
    """A value for a column, of right type and length and among its choices. Raises WrongValue."""
    column = EnterpriseFiling._meta.get_field(name)
    if name == "types":
        chosen = set(value or ())
        if not chosen <= set(EnterpriseType.values):
            raise WrongValue(field=name, name=column.verbose_name)  # type: ignore[union-attr]
        return [kind for kind in EnterpriseType.values if kind in chosen]
    text = bounded(name, str(value or "").strip(), column.max_length or 2000)  # type: ignore[union-attr]
    choices = {str(code) for code, _label in (column.choices or ())}  # type: ignore[union-attr]
    if text and choices and text not in choices:
        raise WrongValue(field=name, name=column.verbose_name)  # type: ignore[union-attr]
    return text


def bounded(name: str, text: str, length: int) -> str:
    if len(text) > length or "\x00" in text:
        raise WrongValue(field=name, name=name)
    return text


@dataclass(frozen=True)
class LicenceFacts:
    """What is said of one licence; `scan` is a new file or None (the one before stays)."""

    licence: str
    number: str = ""
    issuer: str = ""
    valid_to: date | None = None
    unlimited: bool = False
    scan: "UploadedFile[Any] | None" = None


@transaction.atomic
def save_licences(who: Applicant, case_id: int, given: list[LicenceFacts]) -> EnterpriseFiling:
    """Store licences by kind. Raises NotPermitted, CaseUnknown, CaseClosed, WrongValue, and what `attachments.store` raises."""
    case = writable(who, case_id)
    for one in given:
        if one.licence not in Licence.values:
            raise WrongValue(field="licence", name=one.licence[:24])
        columns: dict[str, Any] = {
            "number": bounded(f"licence-{one.licence}-number", one.number.strip(), 60),
            "issuer": bounded(f"licence-{one.licence}-issuer", one.issuer.strip(), 100),
            "valid_to": None if one.unlimited else one.valid_to,
            "unlimited": one.unlimited,
        }
        if one.scan is not None:
            columns["scan_id"] = scan_of(who, one).pk
        Qualification.objects.update_or_create(case=case, licence=one.licence, defaults=columns)
    EnterpriseFiling.objects.filter(pk=case.pk).update(updated_at=timezone.now())
    return case


def scan_of(who: Applicant, one: LicenceFacts) -> Any:
    """The stored file; a refusal names the field of this licence."""
    assert one.scan is not None  # noqa: S101 -- narrows the type
    try:
        return attachments.store(
            one.scan, organisation_id=who.organisation_id, purpose=SCAN, actor=who.user, client=who.client
        )
    except Refusal as refusal:
        refusal.field = f"licence-{one.licence}-scan"
        raise


def examined(case: EnterpriseFiling, on: date) -> Examined:
    """The case as the rules see it."""
    return Examined(
        case,
        qualifications_of(case.pk),
        case.base,
        qualifications_of(case.base_id) if case.base_id else (),
        on,
    )


def faults(case: EnterpriseFiling, on: date | None = None) -> list[Fault]:
    """What the check page lists."""
    return faults_of(examined(case, on or timezone.localdate()))


@transaction.atomic
def submit_case(who: Applicant, case_id: int) -> EnterpriseFiling:
    """Hand the case to the office; again: nothing happens. Raises NotPermitted, CaseUnknown, CaseClosed, NotComplete."""
    case = locked(who, case_id)
    if case.state == CaseState.SUBMITTED:
        return case
    if case.state not in EDITABLE:
        raise CaseClosed(state=case.get_state_display())
    now = timezone.now()
    today = timezone.localtime(now).date()
    blocking = [fault for fault in faults(case, today) if fault.blocks]
    if blocking:
        raise NotComplete(blocking)
    workflow.advance(CASE, case, "submit", actor=who.user)
    case.submitted_at, case.submitted_by = now, who.user
    case.due_at = add_working_days(now, int(rules.value("G.REVIEW_DAYS", today)))
    case.save(update_fields=["submitted_at", "submitted_by", "due_at"])
    FilingRemark.objects.filter(case=case, open=True).update(open=False)
    who.record(Verb.FILING_SUBMITTED, case, kind=case.kind, office=case.office)
    return case


@transaction.atomic
def withdraw_case(who: Applicant, case_id: int) -> EnterpriseFiling:
    """Give the case up before it is decided. Raises NotPermitted, CaseUnknown, IllegalTransition."""
    case = locked(who, case_id)
    workflow.advance(CASE, case, "withdraw", actor=who.user)
    who.record(Verb.FILING_WITHDRAWN, case)
    return case
