"""Posts of officials and the three separate administrators: appointing, dismissing, what the security administrator may undo."""

from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import AdministratorRole, Verb
from portal.errors import Refusal
from portal.models import Administrator, Post, User
from portal.permissions import require
from portal.services.sessions import end_sessions_of


class SecondOffice(Refusal):
    """The person is an administrator already; nobody holds two of the three roles."""

    code = "RIGHTS.SECOND_OFFICE"
    message = _("此人已是平台管理员。系统、安全、审计三个角色须由不同的人担任。")
    field = "user"
    basis = "GB/T 22239-2019 8.1.5"
    status = 409


class HoldsPost(Refusal):
    """Whoever decides cases does not administer the platform under the same account."""

    code = "RIGHTS.HOLDS_POST"
    message = _("此人担任监管岗位，不能兼任平台管理员。")
    field = "user"
    basis = "GB/T 22239-2019 8.1.5"
    status = 409


class HoldsOffice(Refusal):
    """Administrators of the platform decide no cases."""

    code = "RIGHTS.HOLDS_OFFICE"
    message = _("此人是平台管理员，不能担任监管岗位。")
    field = "user"
    basis = "GB/T 22239-2019 8.1.5"
    status = 409


class OwnAppointment(Refusal):
    """Nobody appoints, dismisses or resets themselves."""

    code = "RIGHTS.OWN_APPOINTMENT"
    message = _("不能为自己办理此事，请由另一名安全管理员办理。")
    field = "user"
    status = 403


class LastOfRole(Refusal):
    """The platform would be left without an administrator of this role."""

    code = "RIGHTS.LAST_OF_ROLE"
    message = _("平台至少保留一名该角色的管理员。")
    status = 409


@transaction.atomic
def appoint_administrator(
    *, user_id: int, role: AdministratorRole | str, actor: User | None
) -> Administrator:
    """Make a person one of the three administrators; without `actor` by whoever runs the server's command.

    Raises NotPermitted, OwnAppointment, HoldsPost, SecondOffice.
    """
    if actor is not None:
        require(actor, "administrator.appoint")
        if actor.pk == user_id:
            raise OwnAppointment
    if Post.objects.filter(user_id=user_id).exists():
        raise HoldsPost
    try:
        with transaction.atomic():
            stored = Administrator.objects.create(
                user_id=user_id, role=AdministratorRole(role), appointed_by=actor
            )
    except IntegrityError as error:
        raise SecondOffice from error
    audit.record(
        Verb.ADMINISTRATOR_APPOINTED, actor=actor, subject=f"user:{user_id}", detail={"role": str(role)}
    )
    return stored


@transaction.atomic
def dismiss_administrator(*, administrator_id: int, actor: User) -> None:
    """End the office of an administrator and their sessions. Raises NotPermitted, OwnAppointment, LastOfRole."""
    require(actor, "administrator.appoint")
    everybody = {one.pk: one for one in Administrator.objects.select_for_update().order_by("pk")}
    leaving = everybody.get(administrator_id)
    if leaving is None:
        return
    if leaving.user_id == actor.pk:
        raise OwnAppointment
    if sum(one.role == leaving.role for one in everybody.values()) == 1:
        raise LastOfRole
    user_id, role = leaving.user_id, leaving.role
    leaving.delete()
    end_sessions_of(user_id)
    audit.record(Verb.ADMINISTRATOR_DISMISSED, actor=actor, subject=f"user:{user_id}", detail={"role": role})


@transaction.atomic
def post_given(*, post: Post, actor: User) -> None:
    """Record an appointment or its change. Raises NotPermitted, HoldsOffice."""
    require(actor, "post.appoint")
    if Administrator.objects.filter(user_id=post.user_id).exists():
        raise HoldsOffice
    audit.record(Verb.POST_GIVEN, actor=actor, subject=f"user:{post.user_id}", detail=described(post))


@transaction.atomic
def post_withdrawn(*, post: Post, actor: User) -> None:
    """Record the end of an appointment and end the sessions of the person. Raises NotPermitted."""
    require(actor, "post.appoint")
    end_sessions_of(post.user_id)
    audit.record(Verb.POST_WITHDRAWN, actor=actor, subject=f"user:{post.user_id}", detail=described(post))


def described(post: Post) -> dict[str, str | int | None]:
    return {"agency": post.agency_id, "office": post.office_id, "role": post.role}


@transaction.atomic
def release_lock(*, attempt_id: int, actor: User) -> None:
    """Forget failed sign-ins, so that a locked person may try again at once. Raises NotPermitted."""
    require(actor, "lock.release")
    attempt = AccessAttempt.objects.filter(pk=attempt_id).first()
    if attempt is None:
        return
    user = User.objects.filter(username=attempt.username).first()
    attempt.delete()
    audit.record(Verb.LOCK_RELEASED, actor=actor, subject=f"user:{user.pk}" if user else "")


@transaction.atomic
def reset_factors(*, user_id: int, actor: User) -> None:
    """Somebody lost phone or key: the factors go, sessions end, the next sign-in leads to enrolment.

    Raises NotPermitted, OwnAppointment.
    """
    require(actor, "session.end")
    if actor.pk == user_id:
        raise OwnAppointment
    removed, _rows = Authenticator.objects.filter(user_id=user_id).delete()
    end_sessions_of(user_id)
    audit.record(
        Verb.FACTOR_REMOVED,
        actor=actor,
        subject=f"user:{user_id}",
        detail={"factors": removed, "reason": "security"},
    )
