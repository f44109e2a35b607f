"""A company registers itself: its code is checked and looked up, the company described, the first person's address proven.

Filed once, shared everywhere (一地备案、全国共享): a company that is known is never registered again. The enterprise, the account and
the membership come into being together, when the link in the e-mail is opened.
"""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc as uscc_number

from exchange.agencies.registry.adapter import entry_of, payload
from exchange.agencies.registry.codes import AGENCY, Standing
from exchange.enums import TaskKind
from exchange.services import AgencyDecision, open_task
from filing.enums import ApplicationState, RegistryState
from filing.models import RegistrationApplication
from filing.rules.cases import CUSTOMS_CODE, organisation_part_fits
from filing.workflow import APPLICATION
from portal import audit, rules
from portal.enums import MemberRole, Verb
from portal.errors import Refusal
from portal.selectors import code_set, organisation_by_code
from portal.services.organisations import AlreadyRegistered, create_organisation
from portal.services.people import add_member, open_account
from portal.workflow import advance_many

if TYPE_CHECKING:
    from portal.models import User

SALT = "filing.registration"
STANDINGS = {
    Standing.ACTIVE: RegistryState.ACTIVE,
    Standing.REVOKED: RegistryState.REVOKED,
    Standing.CANCELLED: RegistryState.CANCELLED,
    Standing.NOT_FOUND: RegistryState.NOT_FOUND,
    Standing.UNKNOWN: RegistryState.UNKNOWN,
}


class CreditCodeWrong(Refusal):
    """Not eighteen characters of the alphabet, or the check character differs."""

    code = "G.USCC"
    message = _(
        "统一社会信用代码不正确：应为 18 位数字和大写字母（不含 I、O、S、V、Z），请对照营业执照检查。"
    )
    field = "uscc"
    basis = "GB 32100-2015"


class CompanyGone(Refusal):
    """The registry says that the company may not trade any more."""

    code = "G.REGISTRY_GONE"
    message = _("登记机关显示该企业已吊销或注销，不能注册。如有异议，请先向登记机关更正。")
    field = "uscc"


class CustomsCodeWrong(Refusal):
    """Ten characters: four digits, then digits or capital letters."""

    code = "G.CUSTOMS_CODE"
    message = _("海关编码为 10 位：前 4 位数字，后 6 位数字或大写字母。没有的可以留空。")
    field = "customs_code"
    basis = "海关注册编码规则"


class DistrictUnknown(Refusal):
    """Not a customs office of the code table."""

    code = "G.DISTRICT"
    message = _("请选择主管海关。")
    field = "district"


class NameMissing(Refusal):
    """No company name."""

    code = "G.NAME"
    message = _("请填写企业名称。")
    field = "name"


class StepTooEarly(Refusal):
    """An earlier step is not finished."""

    code = "G.STEP"
    message = _("请先完成前面的步骤。")
    status = 409


class LinkDead(Refusal):
    """The link is forged, too old, replaced by a newer one or used."""

    code = "G.LINK"
    message = _("此链接无效、已过期或已使用。请重新开始注册，或直接登录。")
    status = 410


@dataclass(frozen=True)
class Company:
    """What the applicant says of the company."""

    name: str
    name_en: str = ""
    customs_code: str = ""
    district: str = ""


def normalised(uscc: str) -> str:
    """Full-width letters, lower case and spaces of a typed code."""
    return "".join(unicodedata.normalize("NFKC", uscc).split()).upper()[:40]


@transaction.atomic
def begin(uscc: str, *, language: str) -> RegistrationApplication:
    """Start with the code: checked, looked up in the own register, then asked of the business registry.

    Raises CreditCodeWrong, AlreadyRegistered.
    """
    number = normalised(uscc)
    if not uscc_number.is_valid(number):
        raise CreditCodeWrong
    if organisation_by_code(number) is not None:
        raise AlreadyRegistered
    application = RegistrationApplication.objects.create(
        uscc=number, asked_at=timezone.now(), language=language[:10]
    )
    open_task(
        agency_code=AGENCY,
        kind=TaskKind.REGISTRY_LOOKUP,
        subject_id=application.pk,
        payload=payload(number),
    )
    return application


def doubtful(uscc: str) -> bool:
    """The organisation code inside does not fit its check character (GB 11714): worth a second look, no obstacle."""
    return not organisation_part_fits(uscc[8:17])


def take_registry_answer(decision: AgencyDecision) -> None:
    """Handler of REGISTRY_LOOKUP decisions. A late answer is kept too; a second one changes nothing."""
    entry = entry_of(decision.detail)
    RegistrationApplication.objects.filter(pk=decision.subject_id, registry_state=RegistryState.ASKED).update(
        registry_state=STANDINGS[Standing(entry.standing)], registry_entry=entry.as_dict()
    )


def overdue(application: RegistrationApplication) -> bool:
    """The registry has not answered in time: the applicant goes on, the data counts as unverified."""
    seconds = int(rules.value("G.REGISTER.REGISTRY_SECONDS", timezone.localdate()))
    late = timezone.now() - application.asked_at > timedelta(seconds=seconds)
    return application.registry_state == RegistryState.ASKED and late


def locked(application_id: int) -> RegistrationApplication:
    """Raises StepTooEarly when it is finished or given up."""
    found = RegistrationApplication.objects.select_for_update().get(pk=application_id)
    if found.state in {ApplicationState.DONE, ApplicationState.ABANDONED}:
        raise StepTooEarly
    return found


@transaction.atomic
def describe(application_id: int, company: Company) -> RegistrationApplication:
    """Keep what the applicant says of the company.

    Raises CompanyGone, NameMissing, CustomsCodeWrong, DistrictUnknown, StepTooEarly.
    """
    application = locked(application_id)
    if application.registry_state in {RegistryState.REVOKED, RegistryState.CANCELLED}:
        raise CompanyGone
    code = normalised(company.customs_code)
    if not company.name.strip():
        raise NameMissing
    if code and not CUSTOMS_CODE.fullmatch(code):
        raise CustomsCodeWrong
    if company.district not in code_set("customs_district"):
        raise DistrictUnknown
    RegistrationApplication.objects.filter(pk=application.pk).update(
        name=company.name.strip()[:200],
        name_en=company.name_en.strip()[:200],
        customs_code=code,
        district=company.district,
    )
    advance_many(APPLICATION, "describe", [application.pk])
    application.refresh_from_db()
    return application


def name_differs(application: RegistrationApplication) -> bool:
    """The company's name is another one at the registry."""
    registered = str(application.registry_entry.get("name", ""))
    return bool(registered and application.name and registered != application.name)


@transaction.atomic
def send_link(application_id: int, *, person_name: str, email: str) -> RegistrationApplication:
    """Keep who asks and send the link; a new link makes the older one useless. Raises StepTooEarly."""
    application = locked(application_id)
    if application.state not in {ApplicationState.DESCRIBED, ApplicationState.MAILED}:
        raise StepTooEarly
    RegistrationApplication.objects.filter(pk=application.pk).update(
        person_name=person_name.strip()[:100], email=email.strip().lower(), mailed_at=timezone.now()
    )
    advance_many(APPLICATION, "mail", [application.pk])
    application.refresh_from_db()
    written(application).send()
    return application


def token_of(application: RegistrationApplication) -> str:
    """The secret of the link; it holds the moment of the last mail, so that only the newest link works."""
    moment = application.mailed_at.isoformat() if application.mailed_at else ""
    return signing.dumps([application.pk, moment], salt=SALT)


def application_of(token: str) -> RegistrationApplication:
    """Whose link this is. Raises LinkDead."""
    hours = int(rules.value("G.REGISTER.LINK_HOURS", timezone.localdate()))
    try:
        key: Any = signing.loads(token, salt=SALT, max_age=timedelta(hours=hours))
    except signing.BadSignature:
        raise LinkDead from None
    found = RegistrationApplication.objects.filter(pk=key[0], state=ApplicationState.MAILED).first()
    if found is None or found.mailed_at is None or found.mailed_at.isoformat() != key[1]:
        raise LinkDead
    return found


@transaction.atomic
def finish(token: str, *, password: str) -> "User":
    """The address is proven: enterprise, account and membership come into being together.

    Raises LinkDead, AlreadyRegistered, CustomsCodeTaken, AccountExists, WeakPassword: nothing has been made then.
    """
    application = RegistrationApplication.objects.select_for_update().get(pk=application_of(token).pk)
    if application.state != ApplicationState.MAILED:
        raise LinkDead
    organisation = create_organisation(
        uscc=application.uscc,
        name=application.name,
        name_en=application.name_en,
        customs_code=application.customs_code,
        district=application.district,
    )
    user = open_account(
        email=application.email, full_name=application.person_name, password=password, verified=True
    )
    add_member(organisation_id=organisation.pk, user=user, role=MemberRole.ADMINISTRATOR)
    RegistrationApplication.objects.filter(pk=application.pk).update(organisation=organisation)
    advance_many(APPLICATION, "finish", [application.pk], actor=user)
    audit.record(
        Verb.ENTERPRISE_REGISTERED,
        actor=user,
        organisation_id=organisation.pk,
        subject=f"organisation:{organisation.pk}",
        detail={"registry": application.registry_state, "name_differs": name_differs(application)},
    )
    return user


def written(application: RegistrationApplication) -> EmailMessage:
    """The mail with the link, in the applicant's language; the subject names nobody."""
    address = settings.BASE_URL.rstrip("/") + reverse("filing_public:confirm", args=[token_of(application)])
    hours = rules.value("G.REGISTER.LINK_HOURS", timezone.localdate())
    with translation.override(application.language):
        return EmailMessage(
            subject=gettext("验证邮箱，完成企业注册"),
            body=gettext(
                "您好：\n\n请打开以下链接设置密码，完成企业注册（%(hours)s 小时内有效，只能使用一次）：\n%(address)s\n\n如果您没有申请注册，请忽略此邮件。"
            )
            % {"hours": hours, "address": address},
            to=[application.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
