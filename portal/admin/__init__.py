"""Back office of the platform's staff: code tables, rule register, accounts, posts, mail on its way. Never for case work.

What each of the three administrators finds here follows from `portal.permissions.ADMINISTRATOR_PERMISSIONS`.
"""

from portal.admin.people import ApiClientAdmin
from portal.admin.register import RuleChangeAdmin
from portal.admin.tables import CodeAdmin
from portal.admin.watching import DeliveryAdmin

__all__ = ["ApiClientAdmin", "CodeAdmin", "DeliveryAdmin", "RuleChangeAdmin"]
