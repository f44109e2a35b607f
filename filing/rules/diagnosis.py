"""Self-diagnosis: why am I not approved, why can't I declare. One class per question; each answer says who can do what about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from filing.enums import CaseState, EnterpriseType, RegistrationState
from filing.selectors.standing import Standing, returned_goods
from portal import rules
from portal.enums import MemberRole

Text = str | Promise
OK, WARNING, STOPS = "ok", "warning", "stops"
DECLARING = frozenset({EnterpriseType.ECOMMERCE, EnterpriseType.PLATFORM, EnterpriseType.PAYMENT, EnterpriseType.LOGISTICS, EnterpriseType.AGENT})  # fmt: skip
EVERYBODY = _("本人")
ADMINISTRATORS = _("企业管理员")


@dataclass(frozen=True)
class Answer:
    """What a question found: ok, a warning, or something that stops the enterprise; the fix, its page, and who can do it."""

    code: str
    question: Text
    state: str
    sentence: str
    fix: str = ""
    page: str = ""
    arguments: tuple[int, ...] = ()
    who: str = ""
    basis: str = ""


class Question:
    """One question. `ask` yields what is wrong; nothing wrong: `good` is the answer."""

    code: ClassVar[str]
    question: ClassVar[Text]
    good: ClassVar[Text]
    basis: ClassVar[str] = ""
    who: ClassVar[Text] = ADMINISTRATORS

    def ask(self, seen: Standing) -> Iterator[Answer]:
        raise NotImplementedError

    def answers(self, seen: Standing) -> list[Answer]:
        found = list(self.ask(seen))
        return found or [Answer(self.code, self.question, OK, str(self.good), basis=self.basis)]

    def answer(
        self, state: str, sentence: str, fix: str = "", page: str = "", *arguments: int, who: Text = ""
    ) -> Answer:
        return Answer(
            self.code, self.question, state, sentence, fix, page, arguments, str(who or self.who), self.basis
        )


class AddressProven(Question):
    """Letters reach the person only at a proven address."""

    code = "D.ADDRESS"
    question = _("邮箱是否已验证")
    good = _("您的邮箱已验证，重要通知可以送达。")
    who = EVERYBODY

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if not seen.address_proven:
            yield self.answer(
                WARNING,
                gettext("您的邮箱尚未验证，收不到邮件通知。"),
                gettext("验证邮箱"),
                "account_email",
            )


class RoleSuffices(Question):
    """Declaring needs a role."""

    code = "D.ROLE"
    question = _("您的角色能否申报")
    good = _("您的角色可以办理备案和申报。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if seen.role in {"", MemberRole.ADMINISTRATOR, MemberRole.DECLARANT}:
            return
        role = MemberRole(seen.role).label
        yield self.answer(
            STOPS,
            gettext("您的角色是“%(role)s”，不能提交备案和报文。") % {"role": role},
            gettext("请有权限的同事办理，或请企业管理员调整您的角色"),
            "people",
            who="、".join([*seen.administrators, *seen.declarants]) or ADMINISTRATORS,
        )


class FilingStands(Question):
    """Without a filing in force nothing can be declared (E.14)."""

    code = "D.FILING"
    question = _("企业备案是否生效")
    good = _("企业备案已生效。")
    basis = "海关总署公告2018年第194号"

    def ask(self, seen: Standing) -> Iterator[Answer]:
        case = seen.waiting
        stops = WARNING if seen.active_types else STOPS
        if case is None:
            if not seen.active_types:
                yield self.answer(
                    STOPS, gettext("贵企业还没有生效的备案。"), gettext("开始备案"), "filing:cases"
                )
            return
        words = {"number": case.number, "n": len(seen.remarks)}
        if case.state == CaseState.DRAFT:
            yield self.answer(
                stops,
                gettext("备案申请 %(number)s 还是草稿，尚未提交。") % words,
                gettext("查看还缺什么并提交"),
                "filing:check",
                case.pk,
            )
        elif case.state == CaseState.RETURNED:
            yield self.answer(
                stops,
                gettext("备案申请 %(number)s 被退回补正，共 %(n)s 条意见。") % words,
                gettext("按意见更正后重新提交"),
                "filing:check",
                case.pk,
            )
        else:
            words["due"] = f"{case.due_at:%Y-%m-%d}" if case.due_at else "—"
            yield self.answer(
                stops,
                gettext("备案申请 %(number)s 正在审核，办理期限 %(due)s。") % words,
                gettext("查看进度"),
                "filing:case",
                case.pk,
                who=_("主管海关"),
            )


class TypesActive(Question):
    """A suspended type stops what that type may send."""

    code = "D.TYPES"
    question = _("已备案的类型是否有效")
    good = _("已备案的类型均有效。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        for one in seen.registrations:
            ended = one.valid_to is not None and one.valid_to <= seen.on
            if one.state == RegistrationState.SUSPENDED or (one.state == RegistrationState.ACTIVE and ended):
                yield self.answer(
                    STOPS,
                    gettext("“%(name)s”已暂停，多因资质到期。") % {"name": one.get_enterprise_type_display()},
                    gettext("办理变更备案，提交新的资质"),
                    "filing:cases",
                )


class LicencesLast(Question):
    """An expired licence suspends its type the next night (G.2)."""

    code = "D.LICENCES"
    question = _("资质是否在有效期内")
    good = _("资质均在有效期内。")
    basis = "海关总署公告2018年第219号"

    def ask(self, seen: Standing) -> Iterator[Answer]:
        soon = max(rules.entry("G.REMIND", seen.on).param["days"])
        for one in seen.qualifications:
            if one.unlimited or one.valid_to is None:
                continue
            words = {"name": one.get_licence_display(), "day": one.valid_to.isoformat()}
            if one.valid_to < seen.on:
                text = gettext("%(name)s已于 %(day)s 到期。") % words
            elif one.valid_to <= seen.on + timedelta(days=soon):
                text = gettext("%(name)s将于 %(day)s 到期。") % words
            else:
                continue
            state = STOPS if one.valid_to < seen.on else WARNING
            yield self.answer(state, text, gettext("换发后办理变更备案"), "filing:cases")


class CustomsCodeKnown(Question):
    """Messages name the enterprise by its customs code or its USCC."""

    code = "D.CUSTOMS_CODE"
    question = _("海关编码是否登记")
    good = _("海关编码已登记。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if not seen.customs_code and DECLARING.intersection(seen.active_types):
            yield self.answer(
                WARNING,
                gettext("没有登记海关编码，报文中只能使用统一社会信用代码。"),
                gettext("取得海关编码后办理变更备案"),
                "filing:cases",
            )


class MessagesAllowed(Question):
    """Which messages the active types may send (E.1)."""

    code = "D.MESSAGES"
    question = _("可以报送哪些报文")
    good = _("目前没有可报送报文的企业类型。")
    basis = "跨境电商通关服务平台接口规范（202205 版）"

    def answers(self, seen: Standing) -> list[Answer]:
        allowed = messages_of(seen)
        if not allowed:
            fix = gettext("备案相应的企业类型")
            return [self.answer(STOPS, str(self.good), fix, "filing:cases")]
        text = gettext("可以报送 %(names)s。") % {"names": "、".join(allowed)}
        return [Answer(self.code, self.question, OK, text, basis=self.basis)]


def messages_of(seen: Standing) -> list[str]:
    """Codes of the messages the active types may send (register G.MESSAGES_BY_TYPE)."""
    table = rules.entry("G.MESSAGES_BY_TYPE", seen.on).param
    return sorted({code for kind in seen.active_types for code in table.get(kind, ())})


class WayToSend(Question):
    """By machine, by page, or through an agent."""

    code = "D.WAY"
    question = _("以什么方式报送")
    good = _("已开通系统接口。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if seen.machines:
            return
        text = (
            gettext("没有开通系统接口；已委托代理企业申报。")
            if seen.agents
            else gettext("没有开通系统接口，可在网页上传或录入报文，也可委托报关企业。")
        )
        yield Answer(self.code, self.question, OK, text, page="customs:upload", fix=gettext("上传报文"))


class QuestionsAnswered(Question):
    """An unanswered request keeps a case waiting."""

    code = "D.REQUESTS"
    question = _("是否有待答复的补充资料要求")
    good = _("没有待答复的补充资料要求。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if seen.requests:
            yield self.answer(
                WARNING,
                gettext("有 %(n)s 项补充资料要求等待答复，答复前有关事项暂停办理。") % {"n": seen.requests},
                gettext("去答复"),
                "information_requests",
            )


class GoodsAccepted(Question):
    """Returned goods cannot be chosen in declarations."""

    code = "D.GOODS"
    question = _("商品备案是否有退回")
    good = _("没有被退回的商品。")

    def ask(self, seen: Standing) -> Iterator[Answer]:
        if number := returned_goods(seen):
            yield self.answer(
                WARNING,
                gettext("有 %(n)s 个商品被退回修改。") % {"n": number},
                gettext("查看并修改"),
                "goods:list",
            )


QUESTIONS: Sequence[Question] = (
    FilingStands(), TypesActive(), LicencesLast(), MessagesAllowed(), WayToSend(), CustomsCodeKnown(),
    QuestionsAnswered(), GoodsAccepted(), RoleSuffices(), AddressProven(),
)  # fmt: skip


def diagnosis(seen: Standing) -> list[Answer]:
    """Every question answered, what stops first."""
    order = {STOPS: 0, WARNING: 1, OK: 2}
    return sorted(
        (one for question in QUESTIONS for one in question.answers(seen)), key=lambda one: order[one.state]
    )
