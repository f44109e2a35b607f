"""Closed lists of filing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EnterpriseType(models.TextChoices):
    """Types an enterprise can be filed as; a company can hold several (rules G.1)."""

    ECOMMERCE = "ebc", _("电商企业")
    PLATFORM = "ebp", _("电商平台")
    PAYMENT = "payment", _("支付企业")
    LOGISTICS = "logistics", _("物流企业")
    AGENT = "agent", _("报关企业")
    STORAGE = "storage", _("区内仓储企业")
    SITE = "site", _("监管场所经营人")
    OVERSEAS_WAREHOUSE = "overseas_wh", _("海外仓企业")
    SERVICE_FIRM = "service_firm", _("外贸综合服务企业")
    DOMESTIC_AGENT = "domestic_agent", _("境外电商企业境内代理人")


class RegistrationState(models.TextChoices):
    """Only an active registration counts for rule E.14."""

    ACTIVE = "active", _("有效")
    SUSPENDED = "suspended", _("暂停")
    CANCELLED = "cancelled", _("注销")


class SiteState(models.TextChoices):
    """Only an active site takes goods under customs supervision."""

    ACTIVE = "active", _("运行")
    SUSPENDED = "suspended", _("暂停")
    CLOSED = "closed", _("关闭")


class CaseKind(models.TextChoices):
    """What an enterprise asks for with a filing case."""

    NEW = "new", _("首次备案")
    CHANGE = "change", _("变更备案")
    SUPPLEMENT = "supplement", _("补充备案")
    CANCELLATION = "cancellation", _("注销备案")


class CaseState(models.TextChoices):
    """Life of a filing case; exactly one approved case of an enterprise is its filing in force."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("退回补正")
    APPROVED = "approved", _("已备案")
    REFUSED = "refused", _("不予备案")
    WITHDRAWN = "withdrawn", _("已撤回")
    SUPERSEDED = "superseded", _("已被新版本取代")
    CANCELLED = "cancelled", _("已注销")


class Licence(models.TextChoices):
    """Licences and proofs a type may need; which type needs which stands in the rule register (G.LICENCES)."""

    PAYMENT = "payment_business", _("支付业务许可证")
    EXPRESS = "express", _("快递业务经营许可证")
    TELECOM = "telecom", _("增值电信业务经营许可证")
    SITE = "supervised_site", _("海关监管作业场所登记证书")
    BONDED = "bonded_storage", _("区内仓储场地证明")
    WAREHOUSE = "warehouse_lease", _("海外仓所有权或租赁合同")
    SERVICE = "service_agreement", _("外贸综合服务协议")
    AUTHORISATION = "authorisation", _("境外电商企业授权委托书")


class IdKind(models.TextChoices):
    """Papers of a legal representative."""

    RESIDENT = "resident", _("居民身份证")
    OTHER = "other", _("护照或其他证件")


class TaxRefundClass(models.TextChoices):
    """Class of an exporter for tax refund (国家税务总局公告2016年第46号)."""

    ONE = "1", _("一类")
    TWO = "2", _("二类")
    THREE = "3", _("三类")
    FOUR = "4", _("四类")


class SafeClass(models.TextChoices):
    """Class of an enterprise in the trade register of foreign exchange (汇发〔2012〕38号)."""

    A = "A", _("A 类")
    B = "B", _("B 类")
    C = "C", _("C 类")


class CustomsLevel(models.TextChoices):
    """Credit level at customs (海关总署令第251号)."""

    AEO = "aeo", _("高级认证企业")
    REGULAR = "regular", _("常规管理企业")
    DISCREDITED = "discredited", _("失信企业")


class ApplicationState(models.TextChoices):
    """How far a company's registration has come."""

    STARTED = "started", _("已开始")
    DESCRIBED = "described", _("已填企业信息")
    MAILED = "mailed", _("待验证邮箱")
    DONE = "done", _("已注册")
    ABANDONED = "abandoned", _("已放弃")


class RegistryState(models.TextChoices):
    """What the business registry has said of a company."""

    ASKED = "asked", _("正在查询登记机关")
    ACTIVE = "active", _("存续")
    REVOKED = "revoked", _("已吊销")
    CANCELLED = "cancelled", _("已注销")
    NOT_FOUND = "not_found", _("查无此号")
    UNKNOWN = "unknown", _("登记机关答复不明")


class GoodsState(models.TextChoices):
    """Where a good stands."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("待审核")
    RETURNED = "returned", _("退回修改")
    FILED = "filed", _("已备案")
    WITHDRAWN = "withdrawn", _("已撤销")


class CiqCategory(models.TextChoices):
    """Kinds of goods that inspection and quarantine looks at (rules G.5); such goods are filed after a review."""

    FOOD = "food", _("食品")
    INFANT = "infant", _("婴幼儿配方食品")
    HEALTH = "health", _("保健食品")
    COSMETICS = "cosmetics", _("化妆品")
    PET_FOOD = "pet_food", _("宠物食品")
    MEDICAL = "medical", _("医疗器械")


class ImportState(models.TextChoices):
    """How far the work on an uploaded table is."""

    WAITING = "waiting", _("等待处理")
    RUNNING = "running", _("正在处理")
    DONE = "done", _("已完成")
    REFUSED = "refused", _("不能处理")


class AgreementKind(models.TextChoices):
    """What the agent does for the client (customs broker: 海关法 art. 9; domestic agent: 海关总署公告2018年第194号).

    A partner (carrier, payment firm, warehouse) lets the client see what its systems report of the client's goods.
    """

    DECLARE = "declare", _("代理申报（清单、汇总申报）")
    DOMESTIC_AGENT = "domestic_agent", _("境外电商企业境内代理")
    SERVICE = "service", _("外贸综合服务")
    PARTNER_DATA = "partner_data", _("合作方数据对接（物流、支付、仓储）")


class AgreementState(models.TextChoices):
    """Where an agreement stands; whether it is in force on a day also depends on its dates."""

    OFFERED = "offered", _("待对方确认")
    ACTIVE = "active", _("已生效")
    DECLINED = "declined", _("对方未接受")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("逾期未答复")
    REVOKED = "revoked", _("已解除")
    ENDED = "ended", _("已到期")
