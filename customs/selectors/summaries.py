"""What is read of cleared lists and their summary: due days, what is left, declarations and their lines (rules B.2)."""

from datetime import date

from portal import rules
from portal.working_days import is_working_day, working_days_after


def month_after(month: date) -> date:
    """First day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def summary_due(month: date) -> date:
    """Last day on which lists cleared in this month are summarised: B.SUMMARY.DAY of the next, on a day off the next working day.

    The rules are those in force at the end of the month of clearance.
    """
    following = month_after(month)
    last = following.replace(day=int(rules.value("B.SUMMARY.DAY", month)))
    if is_working_day(last) or not rules.value("B.SUMMARY.SHIFT", month):
        return last
    return next(working_days_after(last))
