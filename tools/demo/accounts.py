"""Who takes part in the demonstration. Passwords and secrets are for demonstration only and never loaded elsewhere."""

from dataclasses import dataclass

from filing.enums import EnterpriseType
from portal.enums import AdministratorRole, MemberRole, PostRole, Purpose
from tools.parcels import AGENT, EXPORT_SHOP, IMPORT_SHOP, LOGISTICS, PAYMENT, PLATFORM, Enterprise

PASSWORD = "Fujian-Demo-2026"  # noqa: S105 -- a demonstration password, shown on the sign-in page
TOTP_SECRET = "FJDEMOFJDEMOFJDEMOFJDEMOFJDEMO23"  # noqa: S105 -- a demonstration secret, shown at the sign-in
"""Second factor of the demo's officials and administrators (base 32), for any authenticator app."""

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class DemoEnterprise:
    """A demo enterprise with its types, the people who work there and the name of its API client."""

    key: str
    enterprise: Enterprise
    name_en: str
    types: tuple[EnterpriseType, ...]
    organisation_code: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A demo account: at an enterprise (`key`, member role) or at an office (office code, post role)."""

    username: str
    full_name: str
    where: str
    role: str
    description: str


ENTERPRISES = (
    DemoEnterprise(
        "platform", PLATFORM, "Fuzhou Straits E-commerce Platform", (EnterpriseType.PLATFORM,), "MA3500001"
    ),
    DemoEnterprise(
        "import-shop",
        IMPORT_SHOP,
        "Pingtan Cross-strait Select Trading",
        (EnterpriseType.ECOMMERCE,),
        "MA3500002",
    ),
    DemoEnterprise(
        "export-shop",
        EXPORT_SHOP,
        "Quanzhou Silk Road Apparel Export",
        (EnterpriseType.ECOMMERCE,),
        "MA3500003",
    ),
    DemoEnterprise(
        "payment", PAYMENT, "Xiamen Egret Payment Services", (EnterpriseType.PAYMENT,), "MA3500004"
    ),
    DemoEnterprise(
        "logistics", LOGISTICS, "Fujian Mintong Express", (EnterpriseType.LOGISTICS,), "MA3500005"
    ),
    DemoEnterprise("agent", AGENT, "Fuzhou Ronggang Customs Brokers", (EnterpriseType.AGENT,), "MA3500006"),
)
"""Filed enterprises; the key is part of the API client's name `demo-<key>`."""

AGENCIES = (
    ("gacc", "海关", "Customs"),
    ("police_fujian", "福建省公安厅人口库", "Population base of Fujian"),
    ("police_national", "全国人口库", "National population base"),
    ("registry_fujian", "福建省市场主体登记库", "Business registry of Fujian"),
    ("sms", "短信平台", "SMS platform"),
    ("tax", "国家税务总局福建省税务局", "Tax administration of Fujian"),
    ("safe", "国家外汇管理局福建省分局", "Foreign exchange administration, Fujian branch"),
    ("bank_a", "示范银行甲", "Sample bank A"),
    ("bank_b", "示范银行乙", "Sample bank B"),
    ("post", "邮政与快递", "Post and express"),
    ("ciq", "检验检疫", "Inspection and quarantine"),
    ("sinosure", "出口信用保险机构", "Export credit insurer"),
)
AGENCY_CLIENTS = {code: f"demo-{code.replace('_', '-')}" for code, _name, _name_en in AGENCIES}
"""Agency → name of its API client."""
AGENCY_PURPOSES = {
    "police_fujian": Purpose.IDENTITY,
    "police_national": Purpose.IDENTITY,
    "registry_fujian": Purpose.REGISTRATION,
    "sms": Purpose.MESSAGING,
}
"""For what an agency's client uses what it reads; those without one read every task of their agency."""

ENTERPRISE_SCOPE = "messages:write receipts:read filing:read filing:write webhooks:manage partner:write"
AGENCY_SCOPE = "tasks:read decisions:write documents:read webhooks:manage records:read grants:write"
OFFICE = "3501"

PEOPLE = (
    DemoPerson("agent", "林晓榕", "agent", MemberRole.DECLARANT, "报关企业：上传报文、查看包裹"),
    DemoPerson("platform", "陈海峡", "platform", MemberRole.DECLARANT, "电商平台：上传订单、查看包裹"),
    DemoPerson("shop", "黄优选", "import-shop", MemberRole.VIEWER, "进口电商企业：只读"),
    DemoPerson("exporter", "郑海丝", "export-shop", MemberRole.ADMINISTRATOR, "出口电商企业：管理员"),
    DemoPerson(
        "warehouse", "陈保税", "logistics", MemberRole.DECLARANT, "物流与区内仓储企业：账册、监管场所放行"
    ),
    DemoPerson("reviewer", "王审核", OFFICE, PostRole.REVIEWER, "海关关员：人工审核"),
    DemoPerson("reviewer2", "李复核", OFFICE, PostRole.REVIEWER, "海关关员：第二人"),
    DemoPerson("clerk", "吴经办", OFFICE, PostRole.CLERK, "海关关员：经办（不能决定）"),
    DemoPerson("chief", "张主管", "", PostRole.CHIEF, "海关主管：全部关区，规则复核"),
)


ADMINISTRATORS = (
    DemoPerson("admin", "平台系统管理员", "", AdministratorRole.SYSTEM, "系统管理员：账号、岗位、代码表"),
    DemoPerson(
        "security",
        "平台安全管理员",
        "",
        AdministratorRole.SECURITY,
        "安全管理员：规则复核、锁定与会话、权限核查",
    ),
    DemoPerson("auditor", "平台审计管理员", "", AdministratorRole.AUDIT, "审计管理员：只读审计日志"),
)
"""The three separate administrators; nobody is two of them."""


def uscc(registering: str, organisation_code: str) -> str:
    """A valid USCC (GB 32100-2015) for a made-up enterprise of Fuzhou; see rules G.3."""
    stem = f"{registering}350100{organisation_code}"[:17]
    weights = [pow(3, i, 31) for i in range(17)]
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(stem, weights, strict=True))
    return stem + USCC_ALPHABET[(31 - total % 31) % 31]
