"""Invitations to an enterprise: sent by e-mail with a signed link, accepted once, before they expire, by whom they were meant for."""

import logging
import smtplib
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import InvitationState, MemberRole, Verb
from portal.errors import Refusal
from portal.letters import send
from portal.models import Invitation, Membership, User
from portal.people import limit
from portal.permissions import require
from portal.selectors import standing_of
from portal.services.people import PEOPLE_PAGE, add_member, locked, open_account
from portal.workflow import Transition, advance, workflow

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
SALT = "portal.invitation"
OPEN = frozenset({InvitationState.OPEN})

INVITATION = workflow(
    "portal.Invitation",
    "state",
    list(InvitationState.values),
    [
        Transition("accept", OPEN, InvitationState.ACCEPTED, InvitationState.ACCEPTED.label),
        Transition("withdraw", OPEN, InvitationState.WITHDRAWN, InvitationState.WITHDRAWN.label),
    ],
)


class AlreadyMember(Refusal):
    """The address belongs to somebody who works for the enterprise."""

    code = "PEOPLE.ALREADY_MEMBER"
    message = _("该邮箱的持有人已是本企业人员。")
    field = "email"
    status = 409


class AlreadyInvited(Refusal):
    """There is an open invitation to this address."""

    code = "PEOPLE.ALREADY_INVITED"
    message = _("已向该邮箱发出邀请，尚未接受。可在邀请列表中重新发送。")
    field = "email"
    status = 409


class TooManyInvitations(Refusal):
    """More open invitations than the register allows (P.INVITATION.OPEN_LIMIT)."""

    code = "PEOPLE.TOO_MANY_INVITATIONS"
    message = _("待接受的邀请过多，请先撤回不再需要的邀请。")
    status = 409


class InvitationUnknown(Refusal):
    """The link is damaged or forged, or there is no such invitation."""

    code = "INVITATION.UNKNOWN"
    message = _("邀请链接无效。请从邮件中完整复制链接，或请企业管理员重新邀请。")
    status = 404


class InvitationReplaced(Refusal):
    """A newer link was sent; only that one is valid."""

    code = "INVITATION.REPLACED"
    message = _("此链接已被新的邀请邮件取代，请使用最新一封邮件中的链接。")
    status = 410


class InvitationUsed(Refusal):
    """The invitation was accepted before."""

    code = "INVITATION.USED"
    message = _("此邀请已被接受，不能再次使用。请直接登录。")
    status = 410


class InvitationWithdrawn(Refusal):
    """The enterprise has withdrawn the invitation."""

    code = "INVITATION.WITHDRAWN"
    message = _("企业已撤回此邀请。")
    status = 410


class InvitationExpired(Refusal):
    """The time of the invitation is over (P.INVITATION.DAYS)."""

    code = "INVITATION.EXPIRED"
    message = _("邀请已过期。请企业管理员重新发送。")
    status = 410


class InvitationOfAnother(Refusal):
    """The invitation is for another e-mail address than the one of the account that is signed in."""

    code = "INVITATION.OTHER_ADDRESS"
    message = _("此邀请发给另一个邮箱。请先退出当前账号，再用受邀邮箱的账号登录。")
    status = 403


class OfficialInvited(Refusal):
    """Officials and administrators of the platform do not work for enterprises under the same account."""

    code = "INVITATION.OFFICIAL"
    message = _("监管人员和平台管理员的账号不能加入企业。")
    status = 403


@transaction.atomic
def invite(*, organisation_id: int, email: str, role: MemberRole | str, actor: User) -> Invitation:
    """Ask somebody to join in a role; the mail goes out after commit.

    Raises NotPermitted, AlreadyMember, AlreadyInvited, TooManyInvitations.
    """
    require(actor, "people.manage", organisation_id=organisation_id)
    locked(organisation_id)
    email, now = email.strip().lower(), timezone.now()
    if Membership.objects.filter(organisation_id=organisation_id, user__email__iexact=email).exists():
        raise AlreadyMember
    waiting = Invitation.objects.filter(organisation_id=organisation_id, state=InvitationState.OPEN)
    if waiting.filter(email__iexact=email).exists():
        raise AlreadyInvited
    if waiting.count() >= limit("P.INVITATION.OPEN_LIMIT"):
        raise TooManyInvitations
    invitation = Invitation.objects.create(
        organisation_id=organisation_id,
        email=email,
        role=MemberRole(role),
        invited_by=actor,
        sent_at=now,
        expires_at=expiry(now),
    )
    noted(invitation, Verb.MEMBER_INVITED, actor)
    transaction.on_commit(nudge, robust=True)
    return invitation


def expiry(now: "datetime") -> "datetime":
    return now + timedelta(days=limit("P.INVITATION.DAYS"))


def noted(invitation: Invitation, verb: Verb, actor: User) -> None:
    audit.record(
        verb,
        actor=actor,
        organisation_id=invitation.organisation_id,
        subject=f"invitation:{invitation.pk}",
        detail={"role": invitation.role},
    )


@transaction.atomic
def resend(*, organisation_id: int, invitation_id: int, actor: User) -> Invitation:
    """A new link with a new time limit; the old link ends. Raises NotPermitted, InvitationUnknown and what closed ones raise."""
    require(actor, "people.manage", organisation_id=organisation_id)
    invitation = own_invitation(organisation_id, invitation_id)
    refuse_closed(invitation)
    now = timezone.now()
    invitation.nonce, invitation.sent_at, invitation.mailed_at = uuid.uuid4(), now, None
    invitation.expires_at = expiry(now)
    invitation.save(update_fields=["nonce", "sent_at", "mailed_at", "expires_at"])
    noted(invitation, Verb.MEMBER_INVITED, actor)
    transaction.on_commit(nudge, robust=True)
    return invitation


@transaction.atomic
def withdraw(*, organisation_id: int, invitation_id: int, actor: User) -> None:
    """The link ends. Raises NotPermitted, InvitationUnknown and what closed ones raise."""
    require(actor, "people.manage", organisation_id=organisation_id)
    invitation = own_invitation(organisation_id, invitation_id)
    refuse_closed(invitation)
    close(invitation, "withdraw", actor)
    noted(invitation, Verb.INVITATION_WITHDRAWN, actor)


def own_invitation(organisation_id: int, invitation_id: int) -> Invitation:
    """An invitation of this enterprise, locked. Raises InvitationUnknown."""
    found = (
        Invitation.objects.select_for_update()
        .filter(organisation_id=organisation_id, pk=invitation_id)
        .first()
    )
    if found is None:
        raise InvitationUnknown
    return found


def close(invitation: Invitation, step: str, actor: User) -> None:
    advance(INVITATION, invitation, step, actor=actor)
    invitation.closed_at = timezone.now()
    invitation.save(update_fields=["closed_at"])


def refuse_closed(invitation: Invitation) -> None:
    if invitation.state == InvitationState.ACCEPTED:
        raise InvitationUsed
    if invitation.state == InvitationState.WITHDRAWN:
        raise InvitationWithdrawn


def token_of(invitation: Invitation) -> str:
    """What the link carries: number and nonce, signed; nothing about the person."""
    return signing.dumps([invitation.pk, invitation.nonce.hex], salt=SALT)


def invitation_of(token: str, *, lock: bool = False) -> Invitation:
    """The open invitation of a link. Raises InvitationUnknown, -Replaced, -Used, -Withdrawn, -Expired."""
    try:
        pk, nonce = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise InvitationUnknown from error
    rows = Invitation.objects.select_related("organisation")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=pk).first()
    if found is None or not found.organisation.is_active:
        raise InvitationUnknown
    refuse_closed(found)
    if found.nonce.hex != nonce:
        raise InvitationReplaced
    if found.expires_at <= timezone.now():
        raise InvitationExpired
    return found


@transaction.atomic
def accept(*, token: str, user: User) -> Membership:
    """The signed-in person joins. Opening the link proves the address.

    Raises what `invitation_of` raises, InvitationOfAnother, OfficialInvited.
    """
    invitation = invitation_of(token, lock=True)
    if not user.email or user.email.lower() != invitation.email.lower():
        raise InvitationOfAnother
    if standing_of(user.pk).bound:
        raise OfficialInvited
    EmailAddress.objects.update_or_create(
        user=user, email=user.email.lower(), defaults={"verified": True, "primary": True}
    )
    return joined(invitation, user)


@transaction.atomic
def accept_with_new_account(*, token: str, full_name: str, password: str) -> User:
    """Open an account for the invited address and join. Raises what `invitation_of` and `open_account` raise."""
    invitation = invitation_of(token, lock=True)
    user = open_account(email=invitation.email, full_name=full_name, password=password, verified=True)
    joined(invitation, user)
    return user


def joined(invitation: Invitation, user: User) -> Membership:
    close(invitation, "accept", user)
    invitation.accepted_by = user
    invitation.save(update_fields=["accepted_by"])
    member = add_member(organisation_id=invitation.organisation_id, user=user, role=invitation.role)
    send(
        "portal.member_joined",
        organisation_id=invitation.organisation_id,
        roles=[MemberRole.ADMINISTRATOR],
        params={"enterprise": invitation.organisation.name},
        link=PEOPLE_PAGE,
    )
    return member


def has_account(invitation: Invitation) -> bool:
    return (
        User.objects.filter(email__iexact=invitation.email).exists()
        or EmailAddress.objects.filter(email__iexact=invitation.email).exists()
    )


def nudge() -> None:
    from portal.tasks import mail_invitations

    mail_invitations.apply_async(retry=False)


def mail_open_invitations() -> int:
    """Send the mails that have not gone out; returns how many did. What the server refuses now is tried again by the sweep."""
    sent = 0
    ids = Invitation.objects.filter(state=InvitationState.OPEN, mailed_at=None, expires_at__gt=timezone.now())
    for pk in ids.order_by("id").values_list("id", flat=True)[:200]:
        sent += mail_one(pk)
    return sent


@transaction.atomic
def mail_one(invitation_id: int) -> bool:
    found = (
        Invitation.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organisation")
        .filter(pk=invitation_id, state=InvitationState.OPEN, mailed_at=None)
        .first()
    )
    if found is None:
        return False
    try:
        written(found).send()
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("invitation %s not mailed: %s", found.pk, type(error).__name__)
        return False
    found.mailed_at = timezone.now()
    found.save(update_fields=["mailed_at"])
    return True


def written(invitation: Invitation) -> EmailMessage:
    """Chinese and English: nobody knows the reader's language yet. The subject names neither person nor enterprise."""
    address = settings.BASE_URL + reverse("invitation", args=[token_of(invitation)])
    parts = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            parts.append(
                gettext(
                    "%(enterprise)s邀请您以“%(role)s”身份加入福建跨境电商公共服务平台。\n\n请打开以下链接接受邀请（%(days)d 天内有效，只能使用一次）：\n%(address)s\n\n如果您不认识该企业，请忽略此邮件。"
                )
                % {
                    "enterprise": invitation.organisation.name,
                    "role": MemberRole(invitation.role).label,
                    "days": limit("P.INVITATION.DAYS"),
                    "address": address,
                }
            )
    return EmailMessage(
        subject="加入企业的邀请 · An invitation to join an enterprise",
        body="\n\n----\n\n".join(parts),
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
