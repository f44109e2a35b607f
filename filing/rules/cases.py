"""Pre-checks of an enterprise filing: one class per rule, each fault leads to its field. Parameters are register rows (G.*).

A fault that blocks stops the submission; the others are shown to the enterprise and to the official.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc as uscc_number

from filing.enums import CaseKind, EnterpriseType, IdKind, Licence
from filing.models import EnterpriseFiling, Qualification
from portal import rules
from portal.personal_data import check_resident_number, decrypt

CUSTOMS_CODE = re.compile(r"[0-9]{4}[0-9A-Z]{6}")
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
STORED = {
    "legal_id": "legal_id_mask",
    "contact_phone": "contact_phone_mask",
    "bank_account": "bank_account_mask",
}
"""Field of the form → column that tells whether it is filled in."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong or missing: which rule, at which field of the form, what to do."""

    rule: str
    field: str
    sentence: str
    basis: str = ""
    blocks: bool = True


@dataclass(frozen=True)
class Examined:
    """A case with everything the rules look at, as of a business date."""

    case: EnterpriseFiling
    qualifications: Sequence[Qualification]
    base: EnterpriseFiling | None
    base_qualifications: Sequence[Qualification]
    on: date


class CaseRule:
    """One check. `check` yields faults; it never raises on any content."""

    code: ClassVar[str]
    title: ClassVar[str | Promise]
    basis: ClassVar[str] = ""

    def check(self, seen: Examined) -> Iterator[Fault]:
        raise NotImplementedError

    def fault(self, field: str, sentence: str, *, blocks: bool = True) -> Fault:
        return Fault(self.code, field, sentence, self.basis, blocks)


def licences_needed(types: Iterable[str], on: date) -> dict[str, list[str]]:
    """Licence → the types that need it on a business date (register G.LICENCES)."""
    table: dict[str, list[str]] = rules.entry("G.LICENCES", on).param
    found: dict[str, list[str]] = {}
    for kind in types:
        for licence in table.get(kind, ()):
            found.setdefault(licence, []).append(kind)
    return found


def types_of_licence(case: EnterpriseFiling, licence: str, on: date) -> list[str]:
    """The types of this case that stand on a licence."""
    return licences_needed(case.types, on).get(licence, [])


def value_of(case: EnterpriseFiling, field: str) -> Any:
    return getattr(case, STORED.get(field, field))


def label_of(field: str) -> str:
    """The words for a field of the form, e.g. “快递业务经营许可证：有效期至”."""
    if field.startswith("licence-"):
        _prefix, licence, column = field.split("-", 2)
        return f"{Licence(licence).label}：{Qualification._meta.get_field(column).verbose_name}"  # type: ignore[union-attr]
    return str(EnterpriseFiling._meta.get_field(STORED.get(field, field)).verbose_name)  # type: ignore[union-attr]


class RequiredFields(CaseRule):
    """Everything the register names for all enterprises and for each chosen type is filled in."""

    code = "G.01"
    title = _("必填项")

    def check(self, seen: Examined) -> Iterator[Fault]:
        table = rules.entry("G.REQUIRED", seen.on).param
        wanted = [*table["all"], *(field for kind in seen.case.types for field in table.get(kind, ()))]
        for field in dict.fromkeys(wanted):
            if not value_of(seen.case, field):
                yield self.fault(field, gettext("请填写“%(label)s”。") % {"label": label_of(field)})


class CreditCode(CaseRule):
    """The USCC has a right check character."""

    code = "G.02"
    title = _("统一社会信用代码")
    basis = "GB 32100-2015"

    def check(self, seen: Examined) -> Iterator[Fault]:
        number = seen.case.uscc
        if number and not uscc_number.is_valid(number):
            yield self.fault("uscc", gettext("统一社会信用代码校验位不符，请对照营业执照检查。"))
        elif number and not organisation_part_fits(number[8:17]):
            yield self.fault(
                "uscc",
                gettext("信用代码中的主体标识码校验位不符，请再次核对（不影响提交）。"),
                blocks=False,
            )


def organisation_part_fits(part: str) -> bool:
    """GB 11714: the ninth character checks the first eight."""
    total = sum(int(char, 36) * weight for char, weight in zip(part[:8], ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11] == part[8]


class CustomsCode(CaseRule):
    """Ten characters, letters possible from the fifth on (rules G.4); left out by those who have none yet."""

    code = "G.03"
    title = _("海关编码")

    def check(self, seen: Examined) -> Iterator[Fault]:
        if seen.case.customs_code and not CUSTOMS_CODE.fullmatch(seen.case.customs_code):
            yield self.fault(
                "customs_code", gettext("海关编码为 10 位：前 4 位数字，后 6 位数字或大写字母。")
            )


class LegalRepresentative(CaseRule):
    """A resident number that can exist."""

    code = "G.04"
    title = _("法定代表人证件")
    basis = "GB 11643-1999"

    def check(self, seen: Examined) -> Iterator[Fault]:
        case = seen.case
        if case.legal_id_kind != IdKind.RESIDENT or not case.legal_id_encrypted:
            return
        if check_resident_number(decrypt(case.legal_id_encrypted), seen.on):
            yield self.fault(
                "legal_id", gettext("身份证号码不存在（长度、校验位、出生日期或地区不符），请核对。")
            )


class LicencesComplete(CaseRule):
    """Each type shows its licences: number, issuer, last day, scan."""

    code = "G.05"
    title = _("资质齐全")
    basis = "海关总署公告2018年第194号"

    def check(self, seen: Examined) -> Iterator[Fault]:
        shown = {one.licence: one for one in seen.qualifications}
        for licence, kinds in licences_needed(seen.case.types, seen.on).items():
            one = shown.get(licence) or Qualification(licence=licence)
            names = "、".join(str(EnterpriseType(kind).label) for kind in kinds)
            for column, there in (
                ("number", one.number),
                ("issuer", one.issuer),
                ("valid_to", one.valid_to or one.unlimited),
                ("scan", one.scan_id),
            ):
                if not there:
                    field = f"licence-{licence}-{column}"
                    words = {"label": label_of(field), "types": names}
                    yield self.fault(field, gettext("请填写“%(label)s”（%(types)s需要）。") % words)


class LicencesInForce(CaseRule):
    """No licence has expired; it could not be filed, and an official could not approve it."""

    code = "G.06"
    title = _("资质有效")
    basis = "海关总署公告2018年第194号"

    def check(self, seen: Examined) -> Iterator[Fault]:
        needed = licences_needed(seen.case.types, seen.on)
        for one in seen.qualifications:
            if one.licence in needed and one.valid_to and not one.unlimited and one.valid_to < seen.on:
                words = {"name": one.get_licence_display(), "day": one.valid_to.isoformat()}
                yield self.fault(
                    f"licence-{one.licence}-valid_to",
                    gettext("%(name)s已于 %(day)s 到期，请换发后填写新证书。") % words,
                )


class PlatformAddresses(CaseRule):
    """Lines that begin with http are addresses of a site; a shop may be named by its number instead."""

    code = "G.07"
    title = _("平台网址")

    def check(self, seen: Examined) -> Iterator[Fault]:
        for line in seen.case.platform_urls.splitlines():
            text = line.strip()
            if text.lower().startswith("http") and not is_address(text):
                yield self.fault("platform_urls", gettext("网址“%(text)s”不完整。") % {"text": text[:60]})


def is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        return False


class OfficeChosen(CaseRule):
    """A filing goes to one customs office of the province; a supplement to another than the home office is the very point of it."""

    code = "G.08"
    title = _("主管海关")

    def check(self, seen: Examined) -> Iterator[Fault]:
        if not seen.case.office:
            yield self.fault("office", gettext("请选择办理海关。"))


class SomethingChanged(CaseRule):
    """A change differs from the version in force; a supplement takes nothing away; a cancellation says why."""

    code = "G.09"
    title = _("变更内容")

    def check(self, seen: Examined) -> Iterator[Fault]:
        case, base = seen.case, seen.base
        if case.kind == CaseKind.CANCELLATION and not case.reason.strip():
            yield self.fault("reason", gettext("请填写注销理由。"))
        if base is None or case.kind not in {CaseKind.CHANGE, CaseKind.SUPPLEMENT}:
            return
        if not differs(seen):
            yield self.fault("", gettext("与现行备案相同，没有需要审核的变更。"))
        missing = [EnterpriseType(kind).label for kind in base.types if kind not in case.types]
        if case.kind == CaseKind.SUPPLEMENT and missing:
            names = "、".join(str(name) for name in missing)
            yield self.fault(
                "types",
                gettext("补充备案不能取消已备案的类型（%(names)s），请改办变更。") % {"names": names},
            )


CONTENT = tuple(
    field.name for field in EnterpriseFiling._meta.get_fields() if field.name in {
        "name", "name_en", "uscc", "customs_code", "ciq_number", "dxp_id", "ca_certificate", "legal_name", "legal_id_kind",
        "legal_id_mask", "district_code", "address", "business_scope", "contact_name", "contact_phone_mask", "contact_email",
        "platform_urls", "bank_name", "bank_account_mask", "tax_refund_class", "safe_class", "customs_level", "types",
    }
)  # fmt: skip
"""Columns that are shown and compared, in the order of the form."""

SECRETS = ("legal_id_encrypted", "contact_phone_encrypted", "bank_account_encrypted")


def differs(seen: Examined) -> bool:
    """Does the case say anything else than its base? Encrypted numbers are compared in clear: equal masks may hide a change."""
    case, base = seen.case, seen.base
    if base is None or any(getattr(case, name) != getattr(base, name) for name in CONTENT):
        return True
    if any(opened(getattr(case, name)) != opened(getattr(base, name)) for name in SECRETS):
        return True
    return [facts(one) for one in seen.qualifications] != [facts(one) for one in seen.base_qualifications]


def opened(token: str) -> str:
    return decrypt(token) if token else ""


def facts(one: Qualification) -> tuple[Any, ...]:
    """What a licence says."""
    return (one.licence, one.number, one.issuer, one.valid_to, one.unlimited, one.scan_id)


RULES: tuple[CaseRule, ...] = (
    RequiredFields(),
    CreditCode(),
    CustomsCode(),
    LegalRepresentative(),
    LicencesComplete(),
    LicencesInForce(),
    PlatformAddresses(),
    OfficeChosen(),
    SomethingChanged(),
)


def faults_of(seen: Examined) -> list[Fault]:
    """Everything the rules find. A cancellation is only asked for its reason and office."""
    if seen.case.kind == CaseKind.CANCELLATION:
        asked: Sequence[CaseRule] = (OfficeChosen(), SomethingChanged())
    else:
        asked = RULES
    return [fault for rule in asked for fault in rule.check(seen)]
