"""What a rule is: a class with its official number, its words, and its SQL.

`fails` is a predicate over the joined documents of one parcel; `left` and `right` are the two values, masked, as text. Aliases:

* import: `i` inventory (621), `o` order (311), `p` payment (411), `w` waybill (511)
* export: `i` inventory (603), `o` order (303), `p` receipt of money (403, may be NULL), `w` waybill (505)
* `site` the supervised site that the list names, with its operator
* `l` sums over the lines, `x` which codes are filed, `a.likeness` likeness of the two addresses, `r` the register's values of the
  declaration day; risk rules also see `t`, the parcel in work, and `u`, the rolling counters.

`NULL` counts as "holds": a rule that cannot be evaluated does not fail.
"""

from typing import ClassVar

from django.utils.functional import Promise

from customs.enums import Direction, Severity


class Rule:
    """One official check. Subclasses are the rules; `catalogue()` finds them."""

    code: ClassVar[str]
    direction: ClassVar[Direction]
    severity: ClassVar[Severity]
    title: ClassVar[str | Promise]
    sentence: ClassVar[str | Promise]
    field: ClassVar[str]
    basis: ClassVar[str]
    receipt_code: ClassVar[str] = "1800"
    """Code that stands in returnInfo of the receipt, `[Code:1327;Desc:…]` (rules E.7)."""
    receipt_text: ClassVar[str] = ""


class Comparison(Rule):
    """A rule of the comparison step."""

    fails: ClassVar[str]
    left: ClassVar[str] = "NULL"
    right: ClassVar[str] = "NULL"


class RiskRule(Rule):
    """A rule of the risk step: adds points, or decides alone (severity manual or inspect)."""

    severity = Severity.WARNING
    hits: ClassVar[str]
    left: ClassVar[str] = "NULL"
    right: ClassVar[str] = "NULL"

    @classmethod
    def setting(cls, name: str, kind: str = "numeric") -> str:
        """SQL of one parameter of this rule in the register."""
        return f"(r.risk->'{cls.code}'->>'{name}')::{kind}"


class Step(Rule):
    """A rule that another step of the pipeline decides (join, identity, limits, tax)."""


def concrete(base: type[Rule]) -> list[type[Rule]]:
    """All leaf classes below, in order of definition."""
    found: list[type[Rule]] = []
    for child in base.__subclasses__():
        below = concrete(child)
        found += below or ([child] if hasattr(child, "code") else [])
    return found
