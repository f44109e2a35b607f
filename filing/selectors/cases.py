"""What is read of filing cases: one case with everything, the case in force, lists, differences between versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from filing.enums import CaseState, EnterpriseType, Licence
from filing.models import EnterpriseFiling, FilingRemark, Qualification, Registration
from portal.selectors import code_name, offices

if TYPE_CHECKING:
    from django.utils.functional import Promise

TONES = {
    CaseState.DRAFT: "",
    CaseState.SUBMITTED: "info",
    CaseState.RETURNED: "warn",
    CaseState.APPROVED: "good",
    CaseState.REFUSED: "bad",
    CaseState.WITHDRAWN: "",
    CaseState.SUPERSEDED: "",
    CaseState.CANCELLED: "bad",
}


def in_force(organisation_id: int) -> EnterpriseFiling | None:
    """The enterprise's filing that all offices share; None when it has none."""
    return EnterpriseFiling.objects.filter(organisation_id=organisation_id, state=CaseState.APPROVED).first()


def open_case(organisation_id: int) -> EnterpriseFiling | None:
    """The case that is being written or reviewed; at most one."""
    states = [CaseState.DRAFT, CaseState.SUBMITTED, CaseState.RETURNED]
    return EnterpriseFiling.objects.filter(organisation_id=organisation_id, state__in=states).first()


def cases_of(organisation_id: int) -> "QuerySet[EnterpriseFiling]":
    return EnterpriseFiling.objects.filter(organisation_id=organisation_id).order_by("-id")


def case_of(organisation_id: int, case_id: int) -> EnterpriseFiling | None:
    return cases_of(organisation_id).filter(pk=case_id).first()


def registrations_of(organisation_id: int) -> "QuerySet[Registration]":
    return Registration.objects.filter(organisation_id=organisation_id).order_by("enterprise_type")


def qualifications_of(case_id: int | None) -> list[Qualification]:
    if case_id is None:
        return []
    return list(Qualification.objects.filter(case_id=case_id).select_related("scan").order_by("licence"))


def remarks_of(case_id: int, *, only_open: bool = True) -> list[FilingRemark]:
    """Remarks of officials, oldest first."""
    found = FilingRemark.objects.filter(case_id=case_id).select_related("by")
    return list(found.filter(open=True) if only_open else found)


def numbered(cases: "QuerySet[EnterpriseFiling]", text: str) -> "QuerySet[EnterpriseFiling]":
    """By case number, codes or part of the enterprise's name."""
    digits = text[10:] if text.upper().startswith("BA") else ""
    by_number = Q(pk=int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 19 else Q()
    return cases.filter(by_number) if by_number else cases.filter(
        Q(uscc=text.upper()) | Q(customs_code=text.upper()) | Q(name__icontains=text)
    )  # fmt: skip


def office_choices() -> list[tuple[str, str]]:
    """Customs offices a filing can go to."""
    return [(one.code, f"{one.name}（{one.code}）") for one in offices("gacc").order_by("code")]


def office_name(code: str) -> str:
    return code_name("customs_district", code) if code else ""


def type_names(kinds: Iterable[str]) -> str:
    """The chosen types in words, in their fixed order."""
    chosen = set(kinds)
    return "、".join(str(kind.label) for kind in EnterpriseType if kind in chosen)


def shown(case: EnterpriseFiling, column: str) -> str:
    """A column as people read it; personal numbers by their mask."""
    if column == "types":
        return type_names(case.types)
    if column == "district_code" and case.district_code:
        return f"{code_name('admin_division', case.district_code)} {case.district_code}"
    words = getattr(case, f"get_{column}_display", None)
    return str(words() if words else getattr(case, column))


def licence_text(one: Qualification | None) -> str:
    """A licence in one line."""
    if one is None:
        return ""
    last = _("长期有效") if one.unlimited else (one.valid_to.isoformat() if one.valid_to else "—")
    scan = one.scan.name if one.scan else _("无扫描件")
    return " · ".join(part for part in (one.number, one.issuer, last, scan) if part)


@dataclass(frozen=True)
class Difference:
    """One field in two versions, as the component `diff_field` wants it."""

    label: "str | Promise"
    before: str
    after: str

    @property
    def values(self) -> list[tuple[str, str, bool]]:
        return [(_("现行备案"), self.before or "—", False), (_("本次申请"), self.after or "—", True)]


def differences(
    case: EnterpriseFiling,
    base: EnterpriseFiling,
    columns: Sequence[str],
    secrets: Sequence[tuple[str, str]] = (),
) -> list[Difference]:
    """Field by field what the case changes. `secrets` are (mask column, note) of numbers that changed behind an equal mask."""
    found = [
        Difference(EnterpriseFiling._meta.get_field(name).verbose_name, shown(base, name), shown(case, name))  # type: ignore[union-attr]
        for name in columns
        if getattr(case, name) != getattr(base, name)
    ]
    found += [
        Difference(
            EnterpriseFiling._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
            shown(base, name),
            f"{shown(case, name)}（{note}）",
        )
        for name, note in secrets
    ]
    before = {one.licence: one for one in qualifications_of(base.pk)}
    after = {one.licence: one for one in qualifications_of(case.pk)}
    for licence in sorted(before.keys() | after.keys()):
        old, new = licence_text(before.get(licence)), licence_text(after.get(licence))
        if old != new:
            found.append(Difference(Licence(licence).label, old, new))
    return found


def expiring(on: date, within: int) -> "QuerySet[Qualification]":
    """Licences of filings in force whose last day is past or at most `within` days ahead."""
    until = on + timedelta(days=within)
    return (
        Qualification.objects.filter(case__state=CaseState.APPROVED, unlimited=False, valid_to__lte=until)
        .select_related("case")
        .order_by("id")
    )


def as_facts(case: EnterpriseFiling, columns: Sequence[str]) -> list[tuple[Any, str]]:
    """The filled-in columns as (label, value)."""
    return [
        (EnterpriseFiling._meta.get_field(name).verbose_name, shown(case, name))  # type: ignore[union-attr]
        for name in columns
        if getattr(case, name)
    ]
