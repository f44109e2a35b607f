"""People, the enterprises and agencies they act for, and the machines that act for either."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from portal.enums import MemberRole, PostRole, Purpose


class Organisation(models.Model):  # type: ignore[django-manager-missing]  # AbstractApplication has no types
    """An enterprise, known once for the whole province by its USCC (GB 32100-2015).

    Messages name it by the customs code (10 characters, letters possible) or by the USCC (18 characters).
    """

    uscc = models.CharField(_("统一社会信用代码"), max_length=18, unique=True)
    customs_code = models.CharField(_("海关编码"), max_length=10, unique=True, null=True, blank=True)
    name = models.CharField(_("企业名称"), max_length=200)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    dxp_id = models.CharField(_("传输节点编号"), max_length=30, blank=True)
    district = models.CharField(_("主管海关"), max_length=4, blank=True)
    is_active = models.BooleanField(_("有效"), default=True)
    created_at = models.DateTimeField(_("建立时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("企业")
        verbose_name_plural = _("企业")
        ordering = ["id"]
        permissions = [
            ("act_as_administrator", "act as administrator of the enterprise"),
            ("act_as_declarant", "act as declarant of the enterprise"),
            ("act_as_finance", "act as finance staff of the enterprise"),
            ("act_as_viewer", "read what belongs to the enterprise"),
        ]
        constraints = [
            models.CheckConstraint(
                name="portal_organisation_uscc_form",
                condition=models.Q(uscc__regex=r"^[0-9ABCDEFGHJKLMNPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="portal_organisation_customs_code_form",
                condition=models.Q(customs_code__isnull=True)
                | models.Q(customs_code__regex=r"^[0-9]{4}[0-9A-Z]{6}$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def codes(self) -> frozenset[str]:
        """The codes by which messages may name this enterprise."""
        return frozenset(code for code in (self.uscc, self.customs_code) if code)


class Agency(models.Model):  # type: ignore[django-manager-missing]  # AbstractApplication has no types
    """A government agency or bank that polls tasks and calls back."""

    code = models.CharField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(_("英文名称"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("部门")
        verbose_name_plural = _("部门")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """An office of an agency; customs offices carry the four-digit district code."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="offices", verbose_name=_("部门")
    )
    code = models.CharField(_("代码"), max_length=10)
    name = models.CharField(_("名称"), max_length=100)

    class Meta:
        verbose_name = _("机构")
        verbose_name_plural = _("机构")
        ordering = ["agency", "code"]
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="portal_office_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class User(AbstractUser):  # type: ignore[django-manager-missing]  # AbstractApplication has no types
    """A person; enterprise staff have memberships, officials have posts."""

    organisations = models.ManyToManyField(
        Organisation, through="Membership", related_name="staff", verbose_name=_("企业")
    )

    class Meta(AbstractUser.Meta):
        verbose_name = _("用户")  # type: ignore[assignment]
        verbose_name_plural = _("用户")  # type: ignore[assignment]
        constraints = [
            # Nobody stands above the three separate administrators (GB/T 22239-2019 8.1.5).
            models.CheckConstraint(name="portal_user_no_superuser", condition=models.Q(is_superuser=False)),
        ]


class Membership(models.Model):
    """A person's role at an enterprise."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("用户")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("企业")
    )
    role = models.CharField(_("角色"), max_length=16, choices=MemberRole.choices)

    class Meta:
        verbose_name = _("企业人员")
        verbose_name_plural = _("企业人员")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="portal_membership_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.organisation_id}"


class Post(models.Model):
    """An official's post: agency, office (empty: all offices of the agency) and role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts", verbose_name=_("用户"))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="posts", verbose_name=_("部门"))
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="posts", null=True, blank=True, verbose_name=_("机构")
    )
    role = models.CharField(_("角色"), max_length=16, choices=PostRole.choices)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "office", "role"], name="portal_post_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class ApiClient(AbstractApplication):  # type: ignore[misc]
    """A machine of an enterprise or of an agency (OAuth2 client credentials)."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name=_("企业"),
    )
    agency = models.ForeignKey(
        Agency,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name=_("部门"),
    )
    allowed_scopes = models.CharField(_("权限范围"), max_length=200, default="messages:write receipts:read")
    purpose = models.CharField(
        _("使用目的"),
        max_length=32,
        choices=Purpose.choices,
        blank=True,
        default="",
        help_text=_("仅部门客户端；留空表示不限于一个目的，只用于本部门自己的任务。"),
    )

    class Meta:
        verbose_name = _("接口客户端")
        verbose_name_plural = _("接口客户端")
        constraints = [
            models.CheckConstraint(
                name="portal_apiclient_one_owner",
                condition=models.Q(organisation__isnull=False, agency__isnull=True)
                | models.Q(organisation__isnull=True, agency__isnull=False),
            ),
            models.CheckConstraint(
                name="portal_apiclient_purpose_of_agency",
                condition=models.Q(purpose="") | models.Q(agency__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.name or self.client_id)
