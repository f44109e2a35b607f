"""The rules of customs: one class per rule, found by definition; adding a class is enough."""

from functools import cache

from customs.enums import Direction
from customs.rules import comparison, export, modes, risk, simplified, sites, steps
from customs.rules.base import Comparison, RiskRule, Rule, concrete

__all__ = ["Comparison", "RiskRule", "Rule", "catalogue", "comparisons", "risks"]
FAMILIES = (comparison, export, modes, simplified, sites, risk, steps)


@cache
def catalogue() -> dict[str, type[Rule]]:
    """Every rule by its official number."""
    return {rule.code: rule for rule in concrete(Rule)}


@cache
def comparisons(direction: Direction) -> tuple[type[Comparison], ...]:
    """Rules of the comparison step; the position of a rule is its bit in the failure mask."""
    return tuple(r for r in concrete(Comparison) if r.direction == direction and issubclass(r, Comparison))


@cache
def risks(direction: Direction) -> tuple[type[RiskRule], ...]:
    """Rules of the risk step, in the order of their bits."""
    return tuple(r for r in concrete(RiskRule) if r.direction == direction and issubclass(r, RiskRule))
