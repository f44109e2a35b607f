"""Who may do what in filing. The platform reads these rows with its own (`portal.permissions`)."""

from django.utils.translation import gettext_lazy as _

from portal.enums import MemberRole, PostRole
from portal.permissions import MEMBER_PERMISSIONS, POST_PERMISSIONS
from portal.rights import SENTENCES

AGENCY = "gacc"
"""Agency whose posts decide on filings: customs. Every office reads every filing, the chosen office decides (rules G.1)."""

READ = "filing.read"
EDIT = "filing.edit"
GOODS = "filing.goods"
AGREE = "filing.agree"
QUEUE = "filing.queue"
TAKE = "filing.take"
DECIDE = "filing.decide"
UNMASK = "filing.unmask"

MEMBERS: dict[str, frozenset[str]] = {
    READ: frozenset(MemberRole.values),
    EDIT: frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    GOODS: frozenset({MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}),
    AGREE: frozenset({MemberRole.ADMINISTRATOR}),
}
POSTS: dict[str, frozenset[str]] = {
    QUEUE: frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF, PostRole.RISK}),
    TAKE: frozenset({PostRole.CLERK, PostRole.REVIEWER, PostRole.CHIEF}),
    DECIDE: frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
    UNMASK: frozenset({PostRole.REVIEWER, PostRole.CHIEF}),
}

MEMBER_PERMISSIONS.update(MEMBERS)
POST_PERMISSIONS.update(POSTS)
SENTENCES.update(
    {
        READ: _("查看本企业的备案"),
        EDIT: _("填写、提交、变更、注销本企业的备案"),
        GOODS: _("备案、导入、变更、撤销本企业的商品"),
        AGREE: _("发起、接受、解除委托代理"),
        QUEUE: _("查看备案审核队列"),
        TAKE: _("领取、退回备案"),
        DECIDE: _("决定备案通过、退回补正或不予备案"),
        UNMASK: _("说明理由后查看备案中的个人信息明文（留痕）"),
    }
)
