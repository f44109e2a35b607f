"""Who may do what, in words: every permission of `portal.permissions` as a sentence, and the tables of the page.

An app that brings permissions brings their sentences by the same names: `SENTENCES.update({...})` in its `permissions.py`.
A test names every permission without one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.enums import AdministratorRole, MemberRole, PostRole
from portal.permissions import ADMINISTRATOR_PERMISSIONS, MEMBER_PERMISSIONS, POST_PERMISSIONS

SENTENCES: dict[str, str | Promise] = {
    "message.submit": _("以本企业名义上传、录入报文"),
    "message.read_raw": _("下载本企业报文原文"),
    "parcel.read": _("查看本企业的包裹、回执和报文日志"),
    "parcel.export": _("导出本企业的包裹清单"),
    "people.read": _("查看本企业人员"),
    "people.manage": _("邀请、移除本企业人员，变更其角色"),
    "queue.read": _("查看本机构的待办队列"),
    "parcel.take": _("领取、退回待审核包裹"),
    "parcel.decide": _("决定包裹放行、退单或查验"),
    "quarantine.decide": _("作出检验检疫结论：放行、不合格、需检验检疫"),
    "parcel.unmask": _("说明理由后查看个人信息明文（留痕）"),
    "journal.read": _("查看报文日志"),
    "webhook.manage": _("管理企业的推送订阅"),
    "webhook.manage_agency": _("管理本部门的推送订阅"),
    "journal.read_raw": _("说明理由后下载报文原文（留痕）"),
    "duty.pool": _("将到期税单汇总为缴款书"),
    "duty.request": _("申请立即汇总本企业的税单"),
    "security.register": _("登记、终止税款担保"),
    "security.confirm": _("复核他人登记的税款担保"),
    "agency.watch": _("查看与各部门系统的往来情况"),
    "agency.clear": _("认定部门答复中的未知代码，重新询问部门"),
    "rule.propose": _("提出规则参数变更"),
    "rule.approve": _("复核他人提出的规则参数变更"),
    "rights.read": _("查看本页的权限表"),
    "rights.holders": _("查看谁担任哪个岗位"),
    "account.manage": _("开立、停用账号"),
    "post.appoint": _("任命、免去监管人员岗位"),
    "codes.manage": _("维护代码表、部门与机构"),
    "site.manage": _("发布通知公告、维护网站文章和服务事项"),
    "calendar.manage": _("维护工作日历"),
    "client.manage": _("开通、停用系统接口客户端"),
    "mail.watch": _("查看邮件、短信的发送情况"),
    "administrator.appoint": _("任命、免去平台管理员（不能为自己办理）"),
    "lock.release": _("解除账号锁定"),
    "session.end": _("结束他人登录会话，重置双因素认证"),
    "audit.read": _("查看审计日志（岗位限本机构人员的操作）"),
    "audit.read_all": _("查看全平台审计日志原始记录"),
    "audit.own": _("查看谁查阅、变更过本企业数据"),
    "audit.export_own": _("导出本企业数据的查阅记录"),
    "request.read": _("查看监管部门向本企业提出的补充资料要求"),
    "request.answer": _("答复补充资料要求"),
    "case.note": _("在事项上写备注、提及同事、建立任务"),
    "case.ask": _("要求企业补充资料（期间不计时限），收回要求"),
    "case.escalate": _("把事项上报主管"),
    "case.assign": _("把事项分派给同事"),
    "case.countersign": _("提出、复核须两人签署的决定"),
    "absence.note": _("登记缺席和代办人"),
    "sharing.own": _("查看哪些部门可以读取、读取过本企业数据"),
    "partner.read": _("查看本企业系统报送物流等事件的连接和隔离事件"),
    "partner.manage": _("按合约建立本企业的合作方连接"),
    "partner.watch": _("查看合作方连接是否正常"),
    "grant.read": _("查看本机构的数据共享授权"),
    "grant.ask": _("申请、续期、撤回数据共享"),
    "grant.check": _("核验其他部门的数据共享申请"),
    "grant.decide": _("答复、撤销数据共享（L4 数据由核验人以外的人答复）"),
}


def sentence(permission: str) -> str:
    """The permission in words, in the active language; its name while an app brings no sentence."""
    return str(SENTENCES.get(permission, permission))


@dataclass(frozen=True)
class Line:
    """One permission with a tick for each role of the table."""

    permission: str
    sentence: str
    ticks: list[tuple[str, bool]]


@dataclass(frozen=True)
class Matrix:
    """Roles across, permissions down."""

    key: str
    title: str
    roles: list[str]
    lines: list[Line]

    def narrowed(self, text: str) -> "Matrix":
        """Only the permissions whose sentence or name holds the text."""
        wanted = text.casefold()
        kept = [one for one in self.lines if wanted in f"{one.sentence} {one.permission}".casefold()]
        return replace(self, lines=kept)


def matrix(
    key: str, title: str, roles: Iterable[tuple[str, str | Promise]], table: Mapping[str, frozenset[str]]
) -> Matrix:
    columns = [(value, str(label)) for value, label in roles]
    lines = [
        Line(name, sentence(name), [(label, value in holders) for value, label in columns])
        for name, holders in sorted(table.items())
    ]
    return Matrix(key, title, [label for _value, label in columns], lines)


def matrices() -> list[Matrix]:
    """The three tables of the platform as they are in force in this process."""
    return [
        matrix("members", str(_("企业人员")), MemberRole.choices, MEMBER_PERMISSIONS),
        matrix("posts", str(_("监管人员")), PostRole.choices, POST_PERMISSIONS),
        matrix("administrators", str(_("平台管理员")), AdministratorRole.choices, ADMINISTRATOR_PERMISSIONS),
    ]
