"""Sample messages of a practice tenant, ready to send: drawn anew at each request, between the tenant's own firms."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs.messages import registry
from portal.errors import Refusal
from sandbox.enums import Part
from sandbox.services.casting import USCC_ALPHABET, cast_of
from sandbox.services.tenants import tenant_of
from tools.parcels import (
    AGENT,
    EXPORT_SHOP,
    IMPORT_GOODS,
    IMPORT_SHOP,
    LOGISTICS,
    PAYMENT,
    PLATFORM,
    SENDERS,
    Enterprise,
    Generator,
    Parcel,
    check_character,
    message_xml,
)
from tools.parcels.cast import Person
from tools.parcels.writing import document_xml

CAST = {
    PLATFORM: Part.PLATFORM,
    IMPORT_SHOP: Part.SHOP,
    EXPORT_SHOP: Part.SHOP,
    PAYMENT: Part.PAYMENT,
    LOGISTICS: Part.CARRIER,
    AGENT: Part.DECLARANT,
}
"""The firms that made-up parcels name, and who takes their place in a tenant's messages."""

NOT_THE_SAME = "991"
"""Order digits of a resident number to which the simulated population base answers “does not match”."""

Rounds = list[list[Parcel]]


class ScenarioUnknown(Refusal):
    """There is no such scenario."""

    code = "SANDBOX.SCENARIO"
    message = _("没有此场景。")
    status = 404


@dataclass(frozen=True, slots=True)
class Sample:
    """One message to send: its order, who sends it with which API client, and its bytes."""

    name: str
    message_type: str
    part: str
    client_id: str
    content: str


def released(draw: Generator) -> Rounds:
    return [[draw.import_parcel()]]


def exported(draw: Generator) -> Rounds:
    return [[draw.export_parcel()]]


def alike(draw: Generator) -> Rounds:
    parcel = draw.import_parcel()
    parcel.waybill["consigneeAddress"] = parcel.order["consigneeAddress"].replace("室", "座")
    return [[parcel]]


def other_payer(draw: Generator) -> Rounds:
    parcel, payer = draw.import_parcel(), draw.person()
    parcel.payment |= {"payerName": payer.name, "payerIdNumber": payer.number, "telephone": payer.phone}
    return [[parcel]]


def other_person(draw: Generator) -> Rounds:
    person = draw.person()
    stem = person.number[:14] + NOT_THE_SAME
    buyer = Person(person.name, stem + check_character(stem), person.phone, person.address)
    return [[draw.import_parcel(buyer=buyer)]]


def over_limit(draw: Generator) -> Rounds:
    return [[draw.import_parcel(goods=[(IMPORT_GOODS[0], 40)])]]


def no_waybill(draw: Generator) -> Rounds:
    parcel = draw.import_parcel()
    parcel.without = {"CEB511Message"}
    return [[parcel]]


def twice(draw: Generator) -> Rounds:
    parcel = draw.import_parcel()
    parcel.without = {"CEB411Message", "CEB511Message", "CEB621Message"}
    return [[parcel], [parcel]]


def amended(draw: Generator) -> Rounds:
    rounds = twice(draw)
    later = Parcel(**{name: getattr(rounds[0][0], name) for name in Parcel.__slots__})
    later.order = {**later.order, "appType": "2", "appTime": draw.stamp(1), "note": "收货电话更正"}
    return [rounds[0], [later]]


def malformed(draw: Generator) -> Rounds:
    parcel = draw.import_parcel()
    parcel.without = {"CEB411Message", "CEB511Message", "CEB621Message"}
    parcel.order = {**parcel.order, "goodsValue": "12,50"}
    return [[parcel]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is practised, what must come back, and the rounds of messages in which it is sent."""

    code: str
    title: str | Promise
    expects: str | Promise
    draw: Callable[[Generator], Rounds]


SCENARIOS = {
    one.code: one
    for one in (
        Scenario("import", _("直购进口放行"), _("四类单证逐一入库（120），清单放行（800）。"), released),
        Scenario("export", _("零售出口放行"), _("四类单证逐一入库（120），清单放行（800）。"), exported),
        Scenario("manual", _("地址相近"), _("清单转人工审核（300）；沙箱没有关员，到此为止。"), alike),
        Scenario("payer", _("订购人与支付人不一致"), _("比对不符（E.02），清单退单（100）。"), other_payer),
        Scenario(
            "identity", _("身份核验不一致"), _("人口库答复不一致（E.18），清单退单（100）。"), other_person
        ),
        Scenario("limit", _("超过单次限值"), _("多件商品超过限值（E.17），清单退单（100）。"), over_limit),
        Scenario("waiting", _("缺少运单"), _("包裹等待运单，不退单；补发运单后继续。"), no_waybill),
        Scenario("repeated", _("同一单证再次申报"), _("第二份按旧数据答复，已入库的单证不变。"), twice),
        Scenario("amended", _("变更订单"), _("第二份（appType 2）变更已入库的订单。"), amended),
        Scenario("malformed", _("格式错误"), _("整份退回（CEB900），指明元素；不留任何单证。"), malformed),
    )
}


def samples(*, uscc: str, scenario: str) -> list[Sample]:
    """Messages of one scenario in the order in which they are sent. Raises NoSandbox, TenantUnknown, ScenarioUnknown."""
    tenant = tenant_of(uscc)
    chosen = SCENARIOS.get(scenario)
    if chosen is None:
        raise ScenarioUnknown
    prefix = "S" + "".join(secrets.choice(USCC_ALPHABET) for _place in range(8))
    draw = Generator(secrets.randbits(48), prefix=prefix)
    cast = cast_of(tenant)
    found: list[Sample] = []
    for parcels in chosen.draw(draw):
        for code, (head, lines) in sorted(
            (item for parcel in parcels for item in parcel.documents().items()), key=lambda item: item[0]
        ):
            found.append(sample(len(found) + 1, code, head, lines, draw, cast))
    return found


def sample(
    number: int,
    code: str,
    head: dict[str, str],
    lines: Sequence[dict[str, str]],
    draw: Generator,
    cast: dict[Part, Any],
) -> Sample:
    """One message with the tenant's firms in place of the made-up ones."""
    places = replacements(cast)
    part = CAST[SENDERS[code]]
    organisation = cast[part].organisation
    document = document_xml(
        registry()[code], replaced(head, places), [replaced(line, places) for line in lines]
    )
    sender = Enterprise(organisation.customs_code, organisation.name)
    return Sample(
        name=f"{number:02d}-{code}-{part}.xml",
        message_type=code,
        part=cast[part].part,
        client_id=cast[part].client.client_id,
        content=message_xml(code, [document], draw.guid(), sender).decode(),
    )


def replacements(cast: dict[Part, Any]) -> dict[str, str]:
    """Codes and names of the made-up firms → those of the tenant's."""
    found: dict[str, str] = {}
    for enterprise, part in CAST.items():
        organisation = cast[part].organisation
        found |= {enterprise.code: organisation.customs_code, enterprise.name: organisation.name}
    return found


def replaced(values: dict[str, str], places: dict[str, str]) -> dict[str, str]:
    """Wire values with names and codes replaced; nothing else is touched."""
    return {name: places.get(value, value) for name, value in values.items()}
