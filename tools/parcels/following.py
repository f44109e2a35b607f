"""Follow-ups of declared parcels as CEB messages: cancellations, returns, reports of carriers and sites."""

from collections.abc import Mapping, Sequence

from customs.messages import registry
from customs.messages.sampling import example
from tools.parcels.cast import AGENT, EXPORT_SHOP, LOGISTICS, Enterprise
from tools.parcels.drawing import Generator
from tools.parcels.facts import Parcel
from tools.parcels.writing import document_xml, message_xml

BY_WAYBILL = {"CEB711Message", "CEB507Message", "CEB509Message", "CEB607Message"}
"""One document about many parcels, a line for each."""
REPORTED_BY: dict[str, Enterprise] = {
    "CEB513Message": LOGISTICS,
    "CEB711Message": LOGISTICS,
    "CEB507Message": LOGISTICS,
    "CEB509Message": LOGISTICS,
    "CEB215Message": LOGISTICS,
}
"""Who sends it; all others come from who declared the list."""
OPTIONAL = {"copNo", "invtNo", "totalPackageNo"}


def sender_of(code: str) -> Enterprise:
    return REPORTED_BY.get(code, AGENT)


def facts(code: str, parcel: Parcel, invt_no: str, draw: Generator) -> dict[str, str]:
    """Everything a follow-up may say of a parcel, by official name."""
    number = draw.next_number()
    return {
        **parcel.inventory,
        **draw.head(0),
        "invtNo": invt_no,
        "copNo": f"F{number}"[:20],
        "coElNo": f"F{number}"[:20],
        "preNo": "",
        "reason": "买家取消订单",
        "operatorCode": LOGISTICS.code,
        "operatorName": LOGISTICS.name,
        "logisticsStatus": "S",
        "logisticsTime": draw.stamp(),
        "leaveTime": draw.stamp(),
        "billNo": f"B{number}",
        "trafNo": "闽A12345",
        "trafName": "MF801",
        "voyageNo": "MF801",
        "domesticTrafNo": "闽A12345",
        "msgCount": "1",
        "msgSeqNo": "1",
        "note": "",
    }


def follow_up(
    code: str,
    declared: Sequence[tuple[Parcel, str]],
    draw: Generator,
    *,
    changes: Mapping[str, str] | None = None,
    quantities: Mapping[int, str] | None = None,
    line_changes: Mapping[str, str] | None = None,
    sender: Enterprise | None = None,
) -> bytes:
    """One message about these (parcel, list number); `changes` and `line_changes` overwrite, `quantities` are what goes back by line."""
    message = registry()[code]
    documents = []
    for parcel, invt_no in declared[:1] if code in BY_WAYBILL else declared:
        values = {**facts(code, parcel, invt_no, draw), **(changes or {})}
        head = {
            field.name: values.get(field.name) or ("" if field.optional else example(field))
            for field in message.fields
            if not field.optional or field.name in OPTIONAL
        }
        lines = waybill_lines(declared) if code in BY_WAYBILL else returned_lines(parcel, quantities)
        documents.append(
            document_xml(message, head, [{**line, **(line_changes or {})} for line in lines if message.lines])
        )
    return message_xml(code, documents, draw.guid(), sender or sender_of(code))


def summary_request(
    numbers: Sequence[str],
    draw: Generator,
    *,
    changes: Mapping[str, str] | None = None,
    sender: Enterprise = AGENT,
) -> bytes:
    """CEB701 for these list numbers; with `startTime` and `endTime` among the changes it needs none."""
    message = registry()["CEB701Message"]
    head = {
        **draw.head(0),
        "customsCode": "3501",
        "copNo": f"S{draw.next_number()}"[:30],
        "agentCode": AGENT.code,
        "agentName": AGENT.name,
        "ebcCode": EXPORT_SHOP.code,
        "ebcName": EXPORT_SHOP.name,
        "declAgentCode": AGENT.code,
        "declAgentName": AGENT.name,
        "summaryFlag": "1",
        "itemNameFlag": "0",
        "msgCount": "1",
        "msgSeqNo": "1",
        **(changes or {}),
    }
    document = document_xml(message, head, [{"invtNo": number} for number in numbers])
    return message_xml(message.code, [document], draw.guid(), sender)


def waybill_lines(declared: Sequence[tuple[Parcel, str]]) -> list[dict[str, str]]:
    return [
        {"gnum": str(n), "logisticsNo": parcel.waybill["logisticsNo"]}
        for n, (parcel, _number) in enumerate(declared, 1)
    ]


def returned_lines(parcel: Parcel, quantities: Mapping[int, str] | None) -> list[dict[str, str]]:
    """Lines of the list that go back, all of them unless quantities are given."""
    lines = []
    for line in parcel.inventory_lines:
        qty = line["qty"] if quantities is None else quantities.get(int(line["gnum"]))
        if qty is not None:
            lines.append({**line, "qty": qty, "note": ""})
    return lines
