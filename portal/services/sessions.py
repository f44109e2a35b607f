"""Sessions of people: a device is signed out by its owner, all of a person by whoever removes them or by a security administrator."""

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.enums import Verb
from portal.errors import Refusal
from portal.models import User
from portal.permissions import require


class SessionUnknown(Refusal):
    """No such session of this person; it may have ended already."""

    code = "SESSION.UNKNOWN"
    message = _("该登录会话不存在或已经结束。")
    status = 404


@transaction.atomic
def end_own_session(*, session_id: int, actor: User) -> None:
    """Sign one of one's own devices out. Raises SessionUnknown, also for sessions of others."""
    session = UserSession.objects.filter(pk=session_id, user=actor).first()
    if session is None:
        raise SessionUnknown
    session.end()
    audit.record(Verb.SESSION_ENDED, actor=actor, detail={"reason": "owner", "sessions": 1})


@transaction.atomic
def end_other_sessions(*, actor: User, current_key: str) -> int:
    """Sign all other devices out; returns how many."""
    ended = end_sessions_of(actor.pk, keep=current_key)
    audit.record(Verb.SESSION_ENDED, actor=actor, detail={"reason": "owner", "sessions": ended})
    return ended


@transaction.atomic
def end_sessions_by_security(*, user_id: int, actor: User) -> int:
    """A security administrator ends every session of a person; returns how many. Raises NotPermitted."""
    require(actor, "session.end")
    ended = end_sessions_of(user_id)
    audit.record(
        Verb.SESSION_ENDED,
        actor=actor,
        subject=f"user:{user_id}",
        detail={"reason": "security", "sessions": ended},
    )
    return ended


def end_sessions_of(user_id: int, *, keep: str = "") -> int:
    """End the sessions of a person in the current transaction; returns how many there were."""
    ended = 0
    for session in UserSession.objects.filter(user_id=user_id).exclude(session_key=keep):
        session.end()
        ended += 1
    return ended
