"""People of an enterprise: accounts, memberships, roles. Every act keeps at least one administrator per enterprise.

Whoever changes memberships locks the enterprise's row first, so that two at once come one after the other.
"""

from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from guardian.shortcuts import assign_perm

from portal import audit
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.letters import send
from portal.models import Membership, Organisation, OrganisationUserPermission, User
from portal.permissions import act_as, require
from portal.services.sessions import end_sessions_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PEOPLE_PAGE = "/enterprise/people/"


class AccountExists(Refusal):
    """There is an account with this e-mail address or user name."""

    code = "PEOPLE.ACCOUNT_EXISTS"
    message = _("该邮箱或用户名已有账号，请直接登录。")
    field = "email"
    status = 409


class WeakPassword(Refusal):
    """The password does not keep the rules; the sentence says which."""

    code = "PEOPLE.WEAK_PASSWORD"
    field = "password1"
    basis = "GB/T 22239-2019 8.1.4.1"


class LastAdministrator(Refusal):
    """The enterprise would be left without an administrator."""

    code = "PEOPLE.LAST_ADMINISTRATOR"
    message = _("企业至少保留一名管理员。请先把另一名人员设为管理员。")
    field = "role"
    status = 409


class MemberUnknown(Refusal):
    """Nobody by this number works at the enterprise (any more)."""

    code = "PEOPLE.MEMBER_UNKNOWN"
    message = _("该人员已不在本企业。")
    status = 404


@transaction.atomic
def open_account(
    *, email: str, full_name: str, password: str, username: str = "", verified: bool = False
) -> User:
    """A new account. `verified`: the address is proven (a link sent to it was opened); otherwise the first sign-in asks for it.

    The user name is the e-mail address when none is given. Raises AccountExists, WeakPassword.
    """
    email = email.strip().lower()
    user = User(username=(username.strip() or email)[:150], email=email, last_name=full_name.strip()[:150])
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
    known = EmailAddress.objects.filter(email__iexact=email).exists()
    if known or User.objects.filter(email__iexact=email).exists():
        raise AccountExists
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise AccountExists(field="username" if username else "email") from error
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=verified)
    audit.record(Verb.ACCOUNT_OPENED, actor=user, subject=f"user:{user.pk}")
    return user


@transaction.atomic
def add_member(
    *, organisation_id: int, user: User, role: MemberRole | str, actor: User | None = None
) -> Membership:
    """A person works for an enterprise from now on; who already does gets the role. The caller has checked the right."""
    locked(organisation_id)
    member, created = Membership.objects.get_or_create(
        user=user, organisation_id=organisation_id, defaults={"role": MemberRole(role)}
    )
    if not created:
        return member
    audit.record(
        Verb.MEMBER_JOINED,
        actor=actor or user,
        organisation_id=organisation_id,
        subject=f"user:{user.pk}",
        detail={"role": str(role)},
    )
    return member


@transaction.atomic
def change_role(*, organisation_id: int, member_id: int, role: MemberRole | str, actor: User) -> Membership:
    """Another role for a member. Raises NotPermitted, MemberUnknown, LastAdministrator."""
    require(actor, "people.manage", organisation_id=organisation_id)
    locked(organisation_id)
    member = member_of(organisation_id, member_id)
    before, member.role = member.role, MemberRole(role)
    if before == member.role:
        return member
    if before == MemberRole.ADMINISTRATOR:
        keep_an_administrator(member)
    member.save(update_fields=["role"])
    audit.record(
        Verb.MEMBER_ROLE_CHANGED,
        actor=actor,
        organisation_id=organisation_id,
        subject=f"user:{member.user_id}",
        detail={"from": before, "to": str(member.role)},
    )
    send(
        "portal.member_role_changed",
        users=[member.user_id],
        organisation_id=organisation_id,
        params={"enterprise": member.organisation.name},
        link=PEOPLE_PAGE,
    )
    return member


@transaction.atomic
def remove_member(*, organisation_id: int, member_id: int, actor: User) -> None:
    """Somebody leaves: membership and object permissions go, every session of theirs ends at once.

    Raises NotPermitted, MemberUnknown, LastAdministrator.
    """
    require(actor, "people.manage", organisation_id=organisation_id)
    locked(organisation_id)
    member = member_of(organisation_id, member_id)
    if member.role == MemberRole.ADMINISTRATOR:
        keep_an_administrator(member)
    user_id, role, name = member.user_id, member.role, member.organisation.name
    member.delete()
    end_sessions_of(user_id)
    audit.record(
        Verb.MEMBER_REMOVED,
        actor=actor,
        organisation_id=organisation_id,
        subject=f"user:{user_id}",
        detail={"role": role},
    )
    send("portal.member_removed", users=[user_id], params={"enterprise": name})


def locked(organisation_id: int) -> Organisation:
    """The enterprise, locked until the transaction ends: all changes of its people queue here."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def member_of(organisation_id: int, member_id: int) -> Membership:
    """A member of this enterprise. Raises MemberUnknown, also for members of other enterprises."""
    member = (
        Membership.objects.select_related("organisation")
        .filter(organisation_id=organisation_id, pk=member_id)
        .first()
    )
    if member is None:
        raise MemberUnknown
    return member


def keep_an_administrator(member: Membership) -> None:
    """Raises LastAdministrator unless another active administrator stays. The enterprise is locked."""
    others = Membership.objects.filter(
        organisation_id=member.organisation_id, role=MemberRole.ADMINISTRATOR, user__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise LastAdministrator


def follow_membership(member: Membership) -> None:
    """Guardian's object permission of a membership: exactly the one of its role."""
    forget_membership(member)
    assign_perm(f"portal.{act_as(member.role)}", member.user, member.organisation)


def forget_membership(member: Membership) -> None:
    """No object permission without a membership."""
    rows: Iterable[OrganisationUserPermission] = OrganisationUserPermission.objects.filter(
        user_id=member.user_id, content_object_id=member.organisation_id
    )
    rows.delete()  # type: ignore[attr-defined]
