"""Who may do what: every permission of the platform in one file. Apps add theirs by the same names in their own file.

People get roles, never single permissions: a role at an enterprise (Membership) or a post at an office (Post).
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from portal.enums import MemberRole, PostRole
from portal.errors import Refusal
from portal.models import Membership, Post

if TYPE_CHECKING:
    from portal.models import User

MEMBER_PERMISSIONS: dict[str, frozenset[str]] = {
    "message.submit": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    "message.read_raw": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    "parcel.read": frozenset(MemberRole.values),
    "parcel.export": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT, MemberRole.FINANCE}),
}
"""What enterprise roles may do, on documents of their own enterprise."""

POST_PERMISSIONS: dict[str, frozenset[str]] = {
    "queue.read": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "parcel.take": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "parcel.decide": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "parcel.unmask": frozenset({PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "journal.read": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "journal.read_raw": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "rule.propose": frozenset({PostRole.CHIEF, PostRole.RISK}),
    "rule.approve": frozenset({PostRole.CHIEF}),
}
"""What posts may do, on cases of their own office."""


class NotPermitted(Refusal):
    """The person's role does not include this act."""

    code = "PERMISSION.DENIED"
    message = _("您的岗位没有此项权限。")
    status = 403


def has(user: "User | None", permission: str, *, organisation_id: int | None = None) -> bool:
    """Does a role or post of this person include the permission (for this enterprise)?"""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    if permission in POST_PERMISSIONS:
        return Post.objects.filter(user=user, role__in=POST_PERMISSIONS[permission]).exists()
    memberships = Membership.objects.filter(user=user, role__in=MEMBER_PERMISSIONS[permission])
    if organisation_id is not None:
        memberships = memberships.filter(organisation_id=organisation_id)
    return memberships.exists()


def require(user: "User | None", permission: str, *, organisation_id: int | None = None) -> None:
    """Raise NotPermitted unless `has()`."""
    if not has(user, permission, organisation_id=organisation_id):
        raise NotPermitted
