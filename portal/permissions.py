"""Who may do what: every permission of the platform in one file. Apps add theirs by the same names in their own file.

People get roles, never single permissions: a role at an enterprise (Membership) or a post at an office (Post).
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from portal.enums import AdministratorRole, MemberRole, PostRole
from portal.errors import Refusal
from portal.models import Administrator, OrganisationUserPermission, Post

if TYPE_CHECKING:
    from portal.models import User

MEMBER_PERMISSIONS: dict[str, frozenset[str]] = {
    "message.submit": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    "message.read_raw": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    "parcel.read": frozenset(MemberRole.values),
    "parcel.export": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT, MemberRole.FINANCE}),
    "duty.request": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT, MemberRole.FINANCE}),
    "request.read": frozenset(MemberRole.values),
    "request.answer": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    "people.read": frozenset(MemberRole.values),
    "people.manage": frozenset({MemberRole.ADMINISTRATOR}),
    "webhook.manage": frozenset({MemberRole.ADMINISTRATOR}),
    "audit.own": frozenset(MemberRole.values),
    "sharing.own": frozenset(MemberRole.values),
    "partner.read": frozenset(MemberRole.values),
    "partner.manage": frozenset({MemberRole.ADMINISTRATOR}),
    "audit.export_own": frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
}
"""What enterprise roles may do, on documents of their own enterprise."""

POST_PERMISSIONS: dict[str, frozenset[str]] = {
    "queue.read": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "parcel.take": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "parcel.decide": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "quarantine.decide": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "security.register": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "security.confirm": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "duty.pool": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "parcel.unmask": frozenset({PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "case.note": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "case.ask": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "case.escalate": frozenset({PostRole.CLERK, PostRole.REVIEWER}),
    "case.assign": frozenset({PostRole.CHIEF}),
    "case.countersign": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "absence.note": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "journal.read": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "journal.read_raw": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "webhook.manage_agency": frozenset({PostRole.CHIEF}),
    "agency.watch": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    "agency.clear": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "partner.watch": frozenset(PostRole.values),
    "grant.read": frozenset(PostRole.values),
    "grant.ask": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "grant.check": frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    "grant.decide": frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    "rule.propose": frozenset({PostRole.CHIEF, PostRole.RISK}),
    "rule.approve": frozenset({PostRole.CHIEF}),
    "rights.read": frozenset(PostRole.values),
    "rights.holders": frozenset({PostRole.CHIEF}),
    "audit.read": frozenset({PostRole.CHIEF}),
}
"""What posts may do, on cases of their own office."""

ADMINISTRATOR_PERMISSIONS: dict[str, frozenset[str]] = {
    "account.manage": frozenset({AdministratorRole.SYSTEM}),
    "post.appoint": frozenset({AdministratorRole.SYSTEM}),
    "codes.manage": frozenset({AdministratorRole.SYSTEM}),
    "site.manage": frozenset({AdministratorRole.SYSTEM}),
    "calendar.manage": frozenset({AdministratorRole.SYSTEM}),
    "client.manage": frozenset({AdministratorRole.SYSTEM}),
    "rule.propose": frozenset({AdministratorRole.SYSTEM}),
    "rule.approve": frozenset({AdministratorRole.SECURITY}),
    "administrator.appoint": frozenset({AdministratorRole.SECURITY}),
    "lock.release": frozenset({AdministratorRole.SECURITY}),
    "session.end": frozenset({AdministratorRole.SECURITY}),
    "mail.watch": frozenset({AdministratorRole.SYSTEM}),
    "rights.read": frozenset(AdministratorRole.values),
    "rights.holders": frozenset(AdministratorRole.values),
    "audit.read": frozenset({AdministratorRole.AUDIT}),
    "audit.read_all": frozenset({AdministratorRole.AUDIT}),
}
"""What the three separate administrators may do; nobody holds two of the roles (GB/T 22239-2019 8.1.5)."""


class NotPermitted(Refusal):
    """The person's role does not include this act."""

    code = "PERMISSION.DENIED"
    message = _("您的岗位没有此项权限。")
    status = 403


def has(user: "User | None", permission: str, *, organisation_id: int | None = None) -> bool:
    """Does a role, post or administrator's office of this person include the permission (for this enterprise)?

    Raises KeyError for a permission that no app knows.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    if permission in MEMBER_PERMISSIONS:
        return has_as_member(user, permission, organisation_id)
    posts, offices = POST_PERMISSIONS.get(permission), ADMINISTRATOR_PERMISSIONS.get(permission)
    if posts is None and offices is None:
        raise KeyError(permission)
    return bool(
        (posts and Post.objects.filter(user=user, role__in=posts).exists())
        or (offices and Administrator.objects.filter(user=user, role__in=offices).exists())
    )


def has_as_member(user: "User", permission: str, organisation_id: int | None) -> bool:
    """By guardian's object permissions on the enterprise, which follow the memberships."""
    granted = OrganisationUserPermission.objects.filter(
        user=user,
        content_object__is_active=True,
        permission__codename__in=[act_as(role) for role in MEMBER_PERMISSIONS[permission]],
    )
    return bool(
        (granted if organisation_id is None else granted.filter(content_object_id=organisation_id)).exists()
    )


def act_as(role: str) -> str:
    """Codename of the object permission that a member role stands for."""
    return f"act_as_{role}"


def require(user: "User | None", permission: str, *, organisation_id: int | None = None) -> None:
    """Raise NotPermitted unless `has()`."""
    if not has(user, permission, organisation_id=organisation_id):
        raise NotPermitted
