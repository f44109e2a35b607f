"""What signing in and out, failing and enrolling leave behind: the audit trail and the limits of the session."""

import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from portal import audit
from portal.enums import Verb
from portal.letters_inbox import withdraw
from portal.middleware import SEEN_AT, SIGNED_IN_AT
from portal.models import Membership, User
from portal.services.people import follow_membership, forget_membership


@receiver(user_logged_in)
def signed_in(sender: Any, request: Any, user: User, **kwargs: Any) -> None:
    """The clock of the session starts."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = time.time()
    audit.record(Verb.SIGNED_IN, actor=user)


@receiver(user_logged_out)
def signed_out(sender: Any, request: Any, user: User | None, **kwargs: Any) -> None:
    """Fired before the session is flushed, so its row in the list of devices goes too."""
    if user is None:
        return
    with transaction.atomic():
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        audit.record(Verb.SIGNED_OUT, actor=user)


def known_account(credentials: dict[str, Any]) -> User | None:
    """The account somebody tried; what was typed is never stored (it may be a password in the wrong field)."""
    typed = str(credentials.get("username") or credentials.get("login") or credentials.get("email") or "")
    return User.objects.filter(Q(username=typed) | Q(email__iexact=typed)).first() if typed else None


@receiver(user_login_failed)
def failed(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    audit.record(Verb.SIGN_IN_FAILED, actor=known_account(credentials))


@receiver(user_locked_out)
def locked_out(sender: Any, request: Any, username: str | None = None, **kwargs: Any) -> None:
    audit.record(Verb.LOCKED_OUT, actor=known_account({"username": username}))


@receiver(authenticator_added)
def factor_added(sender: Any, request: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    """Enrolment is proof of the factor: the session goes on with it."""
    record_authentication(request, user, "mfa", type=authenticator.type, id=authenticator.pk)
    audit.record(Verb.FACTOR_ADDED, actor=user, detail={"type": str(authenticator.type)})


@receiver(authenticator_removed)
def factor_removed(sender: Any, request: Any, user: User, authenticator: Any, **kwargs: Any) -> None:
    audit.record(Verb.FACTOR_REMOVED, actor=user, detail={"type": str(authenticator.type)})


@receiver(post_save, sender=Membership)
def membership_saved(sender: Any, instance: Membership, **kwargs: Any) -> None:
    """Object permissions change in the transaction of the membership, whoever changes it."""
    follow_membership(instance)


@receiver(post_delete, sender=Membership)
def membership_deleted(sender: Any, instance: Membership, **kwargs: Any) -> None:
    forget_membership(instance)
    withdraw(instance.user_id, instance.organisation_id)
