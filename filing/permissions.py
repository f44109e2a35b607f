"""Who may do what in filing. The platform reads these rows with its own (`portal.permissions`)."""

from portal.enums import MemberRole, PostRole
from portal.permissions import MEMBER_PERMISSIONS, POST_PERMISSIONS

AGENCY = "gacc"
"""Agency whose posts decide on filings: customs. Every office reads every filing, the chosen office decides (rules G.1)."""

READ = "filing.read"
EDIT = "filing.edit"
QUEUE = "filing.queue"
TAKE = "filing.take"
DECIDE = "filing.decide"
UNMASK = "filing.unmask"

MEMBERS: dict[str, frozenset[str]] = {
    READ: frozenset(MemberRole.values),
    EDIT: frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
}
POSTS: dict[str, frozenset[str]] = {
    QUEUE: frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    TAKE: frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    DECIDE: frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    UNMASK: frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
}

MEMBER_PERMISSIONS.update(MEMBERS)
POST_PERMISSIONS.update(POSTS)
