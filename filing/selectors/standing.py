"""How an enterprise stands, in a fixed number of queries: what the self-diagnosis looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.db.models import Count

from filing.enums import AgreementKind, AgreementState, GoodsState
from filing.models import Agreement, EnterpriseFiling, FiledGoods, FilingRemark, Qualification, Registration
from filing.selectors.cases import in_force, open_case, qualifications_of, registrations_of, remarks_of
from portal.enums import MemberRole
from portal.selectors import machine_count, members, open_requests, organisation_by_id


@dataclass(frozen=True)
class Standing:
    """Everything about one enterprise, seen by one of its people (None: by its machine), on a business day."""

    on: date
    name: str
    uscc: str
    customs_code: str
    registrations: Sequence[Registration]
    filing: EnterpriseFiling | None
    waiting: EnterpriseFiling | None
    remarks: Sequence[FilingRemark]
    qualifications: Sequence[Qualification]
    agents: int
    goods: dict[str, int]
    machines: int
    requests: int
    administrators: Sequence[str]
    declarants: Sequence[str]
    role: str
    address_proven: bool

    @property
    def active_types(self) -> list[str]:
        return [
            one.enterprise_type
            for one in self.registrations
            if one.state == "active" and (one.valid_to is None or one.valid_to > self.on)
        ]


def standing_of(organisation_id: int, user_id: int | None, on: date) -> Standing:
    """Read everything. Raises LookupError for an unknown enterprise."""
    organisation = organisation_by_id(organisation_id)
    if organisation is None:
        raise LookupError(organisation_id)
    people = list(members(organisation_id))
    filing, waiting = in_force(organisation_id), open_case(organisation_id)
    own = next((one.role for one in people if one.user_id == user_id), "")
    counted = FiledGoods.objects.filter(organisation_id=organisation_id).values_list("state")
    return Standing(
        on=on,
        name=organisation.name,
        uscc=organisation.uscc,
        customs_code=organisation.customs_code or "",
        registrations=list(registrations_of(organisation_id)),
        filing=filing,
        waiting=waiting,
        remarks=remarks_of(waiting.pk) if waiting else [],
        qualifications=qualifications_of(filing.pk) if filing else [],
        agents=Agreement.objects.filter(
            client_id=organisation_id,
            kind=AgreementKind.DECLARE,
            state=AgreementState.ACTIVE,
            valid_from__lte=on,
            valid_to__gt=on,
        ).count(),
        goods=dict(counted.annotate(n=Count("pk")).order_by()),
        machines=machine_count(organisation_id),
        requests=open_requests(organisation_id),
        administrators=[
            str(one.user.get_full_name()) for one in people if one.role == MemberRole.ADMINISTRATOR
        ],
        declarants=[str(one.user.get_full_name()) for one in people if one.role == MemberRole.DECLARANT],
        role=own,
        address_proven=user_id is None
        or EmailAddress.objects.filter(user_id=user_id, verified=True).exists(),
    )


def returned_goods(standing: Standing) -> int:
    return standing.goods.get(GoodsState.RETURNED, 0)
