"""Filed goods (商品备案): one row per enterprise and SKU, every state of it kept as a version."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from filing.enums import CiqCategory, GoodsState, ImportState


class GoodsFacts(models.Model):
    """What is filed of a good (rules G.5). Codes are those of the platform's tables."""

    sku = models.CharField(_("企业商品货号"), max_length=60)
    gtin = models.CharField(_("商品条码"), max_length=14, blank=True)
    name = models.CharField(_("商品名称"), max_length=250)
    name_en = models.CharField(_("英文名称"), max_length=250, blank=True)
    hs_code = models.CharField(_("商品编码"), max_length=10)
    brand = models.CharField(_("品牌"), max_length=100)
    specification = models.CharField(_("规格型号"), max_length=250)
    composition = models.CharField(_("成分含量"), max_length=250, blank=True)
    grade = models.CharField(_("等级"), max_length=60, blank=True)
    unit = models.CharField(_("申报计量单位"), max_length=3)
    unit1 = models.CharField(_("法定计量单位"), max_length=3)
    unit2 = models.CharField(_("第二计量单位"), max_length=3, blank=True)
    country = models.CharField(_("原产国（地区）"), max_length=3)
    currency = models.CharField(_("币制"), max_length=3)
    price_low = models.DecimalField(_("最低单价"), max_digits=19, decimal_places=5)
    price_high = models.DecimalField(_("最高单价"), max_digits=19, decimal_places=5)
    ciq_category = models.CharField(_("检验检疫类别"), max_length=16, choices=CiqCategory.choices, blank=True)
    item_record_no = models.CharField(_("账册备案料号"), max_length=30, blank=True)

    class Meta:
        abstract = True


class FiledGoods(GoodsFacts):
    """A good as it stands now."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="goods", verbose_name=_("企业")
    )
    state = models.CharField(_("状态"), max_length=16, choices=GoodsState.choices, default=GoodsState.DRAFT)
    version = models.IntegerField(_("版本"), default=1)
    remark = models.CharField(_("退回意见"), max_length=500, blank=True)
    updated_at = models.DateTimeField(_("更新时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    due_at = models.DateTimeField(_("办理期限"), null=True, blank=True)
    office = models.CharField(_("审核海关"), max_length=4, blank=True, default="")
    taken_by = models.ForeignKey(
        "portal.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经办人"),
    )

    class Meta:
        verbose_name = _("备案商品")
        verbose_name_plural = _("备案商品")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organisation", "-updated_at"], name="filing_goods_newest"),
            models.Index(
                fields=["office", "due_at"],
                name="filing_goods_review",
                condition=models.Q(state=GoodsState.REVIEW),
            ),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="filing_goods_name_trgm"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sku"], name="filing_goods_once"),
            models.CheckConstraint(
                name="filing_goods_prices",
                condition=models.Q(price_low__gt=0) & models.Q(price_high__gte=models.F("price_low")),
            ),
            models.CheckConstraint(name="filing_goods_hs", condition=models.Q(hs_code__regex=r"^[0-9]{10}$")),
            models.CheckConstraint(
                name="filing_goods_gtin", condition=models.Q(gtin__regex=r"^([0-9]{8}|[0-9]{12,14})?$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"


class GoodsVersion(GoodsFacts):
    """A good as it was filed at some time; documents may refer to it."""

    goods = models.ForeignKey(
        FiledGoods, on_delete=models.CASCADE, related_name="versions", verbose_name=_("商品")
    )
    version = models.IntegerField(_("版本"))
    at = models.DateTimeField(_("时间"))
    actor_id = models.BigIntegerField(_("人员"), null=True, blank=True)

    class Meta:
        verbose_name = _("商品版本")
        verbose_name_plural = _("商品版本")
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["goods", "version"], name="filing_goodsversion_once")]

    def __str__(self) -> str:
        return f"{self.goods_id} v{self.version}"


class GoodsImport(models.Model):
    """One uploaded table of goods, worked in the background; what was rejected can be fetched as a file."""

    organisation = models.ForeignKey(
        "portal.Organisation", on_delete=models.PROTECT, related_name="+", verbose_name=_("企业")
    )
    actor_id = models.BigIntegerField(_("上传人"))
    state = models.CharField(
        _("状态"), max_length=16, choices=ImportState.choices, default=ImportState.WAITING
    )
    name = models.CharField(_("文件名"), max_length=200)
    digest = models.CharField(_("摘要"), max_length=64)
    total = models.IntegerField(_("总行数"), default=0)
    done = models.IntegerField(_("已处理"), default=0)
    accepted = models.IntegerField(_("已备案"), default=0)
    rejected = models.IntegerField(_("未通过"), default=0)
    rejects = models.JSONField(_("未通过的行"), default=list)
    refusal = models.CharField(_("不能处理的原因"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("上传时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("商品导入")
        verbose_name_plural = _("商品导入")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "digest"],
                name="filing_goodsimport_once",
                condition=models.Q(state__in=[ImportState.WAITING, ImportState.RUNNING]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
