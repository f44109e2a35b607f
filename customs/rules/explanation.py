"""Findings in plain words: what was compared, what is wrong, which field to correct, and where it is written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.enums import Severity
from customs.messages import declared
from customs.messages.fields import Field
from customs.models import Finding
from customs.rules import catalogue
from customs.rules.base import RiskRule
from customs.selectors.documents import label_of

TONES = {Severity.REJECT: "bad", Severity.MANUAL: "held", Severity.INSPECT: "held", Severity.WARNING: "note"}
ORDER = (Severity.REJECT, Severity.INSPECT, Severity.MANUAL, Severity.WARNING)
EFFECTS: dict[str, str | Promise] = {
    Severity.REJECT: _("该项不符将退单，更正后可重新申报。"),
    Severity.MANUAL: _("须由关员人工审核。"),
    Severity.INSPECT: _("须经查验。"),
    Severity.WARNING: _("仅作提示，不影响放行。"),
}


SOURCES: dict[str, str | Promise] = {
    "o": _("订单"),
    "p": _("支付单"),
    "w": _("运单"),
    "i": _("清单"),
}
"""Aliases of the documents in the SQL of rules."""


@dataclass(frozen=True)
class Explained:
    """A finding and its rule in words. Values are masked already."""

    code: str
    title: str | Promise
    sentence: str | Promise
    severity: str
    severity_label: str
    tone: str
    effect: str | Promise
    fields: Sequence[tuple[str, str]]
    basis: str
    left_label: str | Promise
    left: str
    right_label: str | Promise
    right: str
    register_version: int


def explained(findings: Iterable[Finding], *, for_officials: bool) -> list[Explained]:
    """The gravest first. Risk rules are told to officials only."""
    found = [_explain(f) for f in findings if for_officials or not is_risk(f.rule)]
    return sorted(found, key=lambda one: (ORDER.index(Severity(one.severity)), one.code))


def is_risk(code: str) -> bool:
    rule = catalogue().get(code)
    return rule is not None and issubclass(rule, RiskRule)


def _explain(finding: Finding) -> Explained:
    rule = catalogue().get(finding.rule)
    return Explained(
        code=finding.rule,
        title=rule.title if rule else finding.rule,
        sentence=rule.sentence if rule else "",
        severity=finding.severity,
        severity_label=finding.get_severity_display(),
        tone=TONES[Severity(finding.severity)],
        effect=EFFECTS[finding.severity],
        fields=[(name, field_label(name)) for name in rule.field.split(" / ") if name] if rule else [],
        basis=rule.basis if rule else "",
        left_label=source_label(getattr(rule, "left", ""), _("实际值")),
        left=finding.left_value,
        right_label=source_label(getattr(rule, "right", ""), _("应为")),
        right=finding.right_value,
        register_version=finding.register_version,
    )


def source_label(sql: str, otherwise: str | Promise) -> str | Promise:
    """Which document a value of a rule comes from, told from the alias in its SQL (see `customs.rules.base`)."""
    found = [label for alias, label in SOURCES.items() if re.search(rf"\b{alias}\.", sql)]
    return found[0] if len(found) == 1 else otherwise


def field_label(name: str) -> str:
    """What a field on the wire is called in the active language."""
    field = field_named(name)
    return label_of(field) if field else ""


@cache
def field_named(name: str) -> Field | None:
    """The first field of this name in any message."""
    fields = (field for message in declared() for field in (*message.fields, *message.line_fields))
    return next((field for field in fields if field.name == name), None)
