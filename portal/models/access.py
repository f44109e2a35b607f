"""Who comes in by which right: invitations to an enterprise, the three administrators, permissions on an enterprise."""

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from portal.enums import AdministratorRole, InvitationState, MemberRole
from portal.models.people import Organisation, User


class Invitation(models.Model):
    """Somebody is asked to join an enterprise in a role. The link is signed and names the nonce, which a new link replaces."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations", verbose_name=_("企业")
    )
    email = models.EmailField(_("电子邮箱"))
    role = models.CharField(_("角色"), max_length=16, choices=MemberRole.choices)
    state = models.CharField(
        _("状态"), max_length=16, choices=InvitationState.choices, default=InvitationState.OPEN
    )
    nonce = models.UUIDField(_("链接编号"), default=uuid.uuid4, editable=False)
    invited_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="invitations_sent", verbose_name=_("邀请人")
    )
    accepted_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="invitations_accepted",
        null=True,
        blank=True,
        verbose_name=_("接受人"),
    )
    sent_at = models.DateTimeField(_("发出时间"))
    mailed_at = models.DateTimeField(_("邮件发送时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("失效时间"))
    closed_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("人员邀请")
        verbose_name_plural = _("人员邀请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(state="open"),
                name="portal_invitation_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state="open", mailed_at__isnull=True),
                name="portal_invitation_unmailed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.role} {self.state}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class Administrator(models.Model):
    """One of the platform's three separate administrators. One row for a person: nobody holds two of the roles."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="administrator", verbose_name=_("用户")
    )
    role = models.CharField(_("角色"), max_length=16, choices=AdministratorRole.choices)
    appointed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="appointments",
        null=True,
        blank=True,
        verbose_name=_("任命人"),
    )
    appointed_at = models.DateTimeField(_("任命时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("平台管理员")
        verbose_name_plural = _("平台管理员")
        constraints = [
            models.CheckConstraint(
                name="portal_administrator_not_by_oneself",
                condition=models.Q(appointed_by__isnull=True) | ~models.Q(appointed_by=models.F("user")),
            ),
            models.CheckConstraint(
                name="portal_administrator_role", condition=models.Q(role__in=AdministratorRole.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class OrganisationUserPermission(UserObjectPermissionBase):
    """What a person may do for one enterprise: guardian's own table with a direct foreign key.

    Rows follow the memberships (`portal.services.people.follow_membership`) in the same transaction.
    """

    content_object = models.ForeignKey(Organisation, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("企业对象权限")
        verbose_name_plural = _("企业对象权限")
