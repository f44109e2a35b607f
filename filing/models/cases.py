"""Filing cases (备案): what an enterprise says of itself, version by version, with its licences and the remarks of officials."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filing.enums import (
    CaseKind,
    CaseState,
    CustomsLevel,
    EnterpriseType,
    IdKind,
    Licence,
    SafeClass,
    TaxRefundClass,
)

OPEN = (CaseState.DRAFT, CaseState.SUBMITTED, CaseState.RETURNED)
"""States in which a case is still being worked on."""
IN_FORCE = models.Q(state=CaseState.APPROVED)


class FilingContent(models.Model):
    """The fields of an enterprise filing (rules G.2). Personal numbers are stored encrypted, beside a mask for display."""

    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    customs_code = models.CharField(_("海关编码"), max_length=10, blank=True)
    ciq_number = models.CharField(_("检验检疫备案号"), max_length=20, blank=True)
    dxp_id = models.CharField(_("传输节点编号"), max_length=30, blank=True)
    ca_certificate = models.CharField(_("数字证书序列号"), max_length=64, blank=True)
    legal_name = models.CharField(_("法定代表人"), max_length=60, blank=True)
    legal_id_kind = models.CharField(
        _("证件类型"), max_length=10, choices=IdKind.choices, default=IdKind.RESIDENT, blank=True
    )
    legal_id_encrypted = models.TextField(_("证件号码（密文）"), blank=True)
    legal_id_mask = models.CharField(_("证件号码"), max_length=30, blank=True)
    district_code = models.CharField(_("行政区划"), max_length=6, blank=True)
    address = models.CharField(_("注册地址"), max_length=200, blank=True)
    business_scope = models.TextField(_("经营范围"), max_length=2000, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone_encrypted = models.TextField(_("联系电话（密文）"), blank=True)
    contact_phone_mask = models.CharField(_("联系电话"), max_length=30, blank=True)
    contact_email = models.EmailField(_("电子邮箱"), max_length=120, blank=True)
    platform_urls = models.TextField(_("平台网址或店铺编号"), max_length=2000, blank=True)
    bank_name = models.CharField(_("开户银行"), max_length=100, blank=True)
    bank_account_encrypted = models.TextField(_("银行账号（密文）"), blank=True)
    bank_account_mask = models.CharField(_("银行账号"), max_length=40, blank=True)
    tax_refund_class = models.CharField(
        _("出口退税分类"), max_length=1, choices=TaxRefundClass.choices, blank=True
    )
    safe_class = models.CharField(_("外汇分类"), max_length=1, choices=SafeClass.choices, blank=True)
    customs_level = models.CharField(
        _("海关信用等级"), max_length=12, choices=CustomsLevel.choices, blank=True
    )
    types = ArrayField(
        models.CharField(max_length=16, choices=EnterpriseType.choices),
        verbose_name=_("企业类型"),
        default=list,
        blank=True,
    )

    class Meta:
        abstract = True


class EnterpriseFiling(FilingContent):
    """One case: a complete version of the enterprise's filing. The approved one is in force; earlier ones stay readable.

    An enterprise is known once by its USCC (`portal.Organisation`), so one approved case per organisation means: filed once,
    shared by all offices (海关总署 AQ137; rules G.1).
    """

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="filings", verbose_name=_("企业")
    )
    kind = models.CharField(_("业务类型"), max_length=16, choices=CaseKind.choices)
    state = models.CharField(_("状态"), max_length=16, choices=CaseState.choices, default=CaseState.DRAFT)
    office = models.CharField(_("主管海关"), max_length=4, blank=True)
    base = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="later", verbose_name=_("变更前版本")
    )
    version = models.PositiveIntegerField(_("版本"), default=1)
    reason = models.CharField(_("申请理由"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)
    updated_at = models.DateTimeField(_("保存时间"), default=timezone.now)
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    submitted_by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("提交人")
    )
    due_at = models.DateTimeField(_("办理期限"), null=True)
    taken_by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("经办人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decided_by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("决定人")
    )
    decision = models.CharField(_("决定说明"), max_length=500, blank=True)
    legal_basis = models.CharField(_("法律依据"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("企业备案申请")
        verbose_name_plural = _("企业备案申请")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                name="filing_case_one_in_force",
                condition=models.Q(state=CaseState.APPROVED),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                name="filing_case_one_open",
                condition=models.Q(state__in=list(OPEN)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["office", "due_at"],
                name="filing_case_waiting",
                condition=models.Q(state=CaseState.SUBMITTED),
            ),
            # The filings in force, which every office sorts and searches.
            models.Index(
                F("decided_at").desc(nulls_last=True),
                F("id").desc(),
                name="filing_case_newest",
                condition=IN_FORCE,
            ),
            models.Index(
                F("decided_at").asc(nulls_last=True), "id", name="filing_case_oldest", condition=IN_FORCE
            ),
            models.Index(fields=["name", "id"], name="filing_case_by_name", condition=IN_FORCE),
            models.Index(fields=["uscc", "id"], name="filing_case_by_uscc", condition=IN_FORCE),
            models.Index(fields=["office", "id"], name="filing_case_by_office", condition=IN_FORCE),
            models.Index(fields=["customs_code"], name="filing_case_by_customs", condition=IN_FORCE),
            GinIndex(
                OpClass(Upper("name"), name="gin_trgm_ops"), name="filing_case_name_trgm", condition=IN_FORCE
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call the case: BA, the day it was begun, a running number."""
        return f"BA{timezone.localtime(self.created_at):%Y%m%d}{self.pk:06d}"

    @property
    def type_names(self) -> str:
        """The types in words."""
        return "、".join(str(kind.label) for kind in EnterpriseType if kind in self.types)


class Qualification(models.Model):
    """A licence or proof an enterprise shows for a type; its last day decides how long the type is in force."""

    case = models.ForeignKey(EnterpriseFiling, on_delete=models.CASCADE, related_name="qualifications")
    licence = models.CharField(_("资质"), max_length=24, choices=Licence.choices)
    number = models.CharField(_("证书编号"), max_length=60, blank=True)
    issuer = models.CharField(_("发证机关"), max_length=100, blank=True)
    valid_to = models.DateField(_("有效期至"), null=True, blank=True)
    unlimited = models.BooleanField(_("长期有效"), default=False)
    scan = models.ForeignKey(
        "portal.Attachment", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("扫描件")
    )
    reminded = ArrayField(models.PositiveIntegerField(), default=list)

    class Meta:
        verbose_name = _("资质")
        verbose_name_plural = _("资质")
        ordering = ["licence"]
        constraints = [models.UniqueConstraint(fields=["case", "licence"], name="filing_qualification_once")]
        indexes = [models.Index(fields=["valid_to"], name="filing_qualification_expiry")]

    def __str__(self) -> str:
        return f"{self.licence} {self.number}"


class FilingRemark(models.Model):
    """What an official wants corrected, at the field it is about ("" = the whole case)."""

    case = models.ForeignKey(EnterpriseFiling, on_delete=models.CASCADE, related_name="remarks")
    field = models.CharField(_("字段"), max_length=60, blank=True)
    text = models.CharField(_("意见"), max_length=500)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by = models.ForeignKey(
        "portal.User", on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("提出人")
    )
    open = models.BooleanField(_("待补正"), default=True)

    class Meta:
        verbose_name = _("补正意见")
        verbose_name_plural = _("补正意见")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
