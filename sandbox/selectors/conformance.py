"""The conformance checklist of a tenant, read from its journal and its receipts: nothing is ticked by hand."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.messages import registry
from exchange.enums import MessageState
from exchange.selectors.conformance import messages_sent, receipts_taken
from portal.enums import Verb
from portal.selectors import acts_counted
from sandbox.models import Tenant

SENT = ("CEB311", "CEB411", "CEB511", "CEB621", "CEB303", "CEB403", "CEB505", "CEB603")
HANDLED = {"100": _("退单"), "300": _("人工审核"), "800": _("放行")}
SPECIAL = {
    "repeated": _("同一单证再次申报，得到旧数据答复"),
    "amended": _("变更或删除已入库的单证"),
    "refused": _("整份退回的报文（CEB900）"),
}
TITLES: dict[str, str | Promise] = {**{code: code for code in SENT}, **HANDLED, **SPECIAL}
"""Every line of the checklist by its code."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist: what is to be shown, how often it was, and how often its answer was taken."""

    group: str
    code: str
    title: str | Promise
    seen: int
    done: bool


def checklist(tenant: Tenant) -> list[Check]:
    """What the tenant has shown since its last reset."""
    ids = [firm.organisation_id for firm in tenant.firms.filter(generation=tenant.generation)]
    sent, answers = messages_sent(ids), receipts_taken(ids)
    return [*sent_checks(sent), *handled_checks(answers), *special_checks(ids, sent, answers)]


def sent_checks(sent: dict[tuple[str, str], int]) -> list[Check]:
    """An accepted message of every type."""
    counts = {code: sent.get((f"{code}Message", MessageState.ACCEPTED), 0) for code in SENT}
    return [Check("sent", code, code, count, count > 0) for code, count in counts.items()]


def handled_checks(answers: dict[str, tuple[int, int]]) -> list[Check]:
    """Receipts of every kind fetched: the feed was read on past them."""
    return [
        Check("handled", status, title, answers.get(status, (0, 0))[0], answers.get(status, (0, 0))[1] > 0)
        for status, title in HANDLED.items()
    ]


def special_checks(
    ids: list[int], sent: dict[tuple[str, str], int], answers: dict[str, tuple[int, int]]
) -> list[Check]:
    """A repetition, an amendment, a refused message."""
    codes = {code for message in registry().values() for code in (message.exists, message.old_data) if code}
    repeated = sum(answers[status][0] for status in codes & answers.keys())
    amended = acts_counted(ids, Verb.DOCUMENTS_CHANGED)
    refused = sum(count for (_kind, state), count in sent.items() if state == MessageState.REFUSED)
    counts = {"repeated": repeated, "amended": amended, "refused": refused}
    return [Check("special", code, SPECIAL[code], count, count > 0) for code, count in counts.items()]
