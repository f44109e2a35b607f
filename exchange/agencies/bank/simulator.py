"""Two banks for demonstrations and tests; speak only HTTP to the agency API, each in its own versions.

Orders by convention of the message id's last two digits: 51 = rejected (account closed), 52 = first accepted, then settled,
53 = a status nobody knows; every other order is settled. Statements: an account number ending in 0 has no entries that day; others
have as many credits as their last digit, drawn from account and day, so that the same question gets the same statement.
"""

import xml.etree.ElementTree as ET
from decimal import Decimal
from hashlib import sha256
from typing import Any

from exchange.agencies.simulating import today

ISO = "urn:iso:std:iso:20022:tech:xsd:"
REPORTS = {"pain.001.001.03": "pain.002.001.03", "pain.001.001.09": "pain.002.001.10"}
STATUSES = {"settled": ("ACSC", "00"), "accepted": ("ACSP", "01"), "rejected": ("RJCT", "E1")}
NEWER = ("pain.001.001.09", "camt.053.001.08")


def text(parent: ET.Element, path: str, value: str) -> ET.Element:
    """The element at the end of a path of new or existing children, with its text."""
    for name in path.split("/"):
        found = parent.find(name)
        parent = ET.SubElement(parent, name) if found is None else found
    parent.text = value
    return parent


def document(version: str, root: ET.Element) -> str:
    """The XML text of one message."""
    outer = ET.Element("Document", {"xmlns": ISO + version})
    outer.append(root)
    return ET.tostring(outer, encoding="unicode", xml_declaration=False)


def report(version: str, message_id: str, status: str) -> str:
    """A pain.002 on the whole order."""
    root = ET.Element("CstmrPmtStsRpt")
    text(root, "GrpHdr/MsgId", f"R{message_id}"[:35])
    text(root, "GrpHdr/CreDtTm", f"{today().isoformat()}T10:00:00+08:00")
    text(root, "OrgnlGrpInfAndSts/OrgnlMsgId", message_id)
    text(root, "OrgnlGrpInfAndSts/OrgnlMsgNmId", version)
    text(root, "OrgnlGrpInfAndSts/GrpSts", status)
    return document(REPORTS.get(version, "pain.002.001.03"), root)


def payment(payload: dict[str, Any], said: str) -> dict[str, Any]:
    """The bank's answer to one order."""
    message_id, version = str(payload.get("messageId", "")), str(payload.get("format", ""))
    ending = message_id[-2:]
    outcome = {"51": "rejected", "52": "settled" if said == "accepted" else "accepted"}.get(ending, "settled")
    iso, own = STATUSES[outcome]
    detail = {
        "status": "XX9" if ending == "53" else own if version in NEWER else iso,
        "format": REPORTS.get(version, "pain.002.001.03"),
        "document": report(version, message_id, iso),
    }
    if outcome == "rejected":
        detail["reason"] = "账户已销户"
    return {"outcome": outcome, "detail": detail}


def drawn(account: str, day: str, number: int) -> Decimal:
    """An amount between 100.00 and 10,099.99 that belongs to account, day and number."""
    digest = sha256(f"{account} {day} {number}".encode()).digest()
    return Decimal(10_000 + int.from_bytes(digest[:4]) % 1_000_000) / 100


def balance(statement: ET.Element, code: str, amount: Decimal, currency: str, day: str) -> None:
    """One balance: OPBD opening, CLBD closing, booked."""
    row = ET.SubElement(statement, "Bal")
    text(row, "Tp/CdOrPrtry/Cd", code)
    text(row, "Amt", f"{amount:.2f}").set("Ccy", currency)
    text(row, "CdtDbtInd", "CRDT")
    text(row, "Dt/Dt", day)


def entry(
    statement: ET.Element, reference: str, amount: Decimal, currency: str, day: str, newer: bool
) -> None:
    """One booked credit."""
    row = ET.SubElement(statement, "Ntry")
    text(row, "NtryRef", reference)
    text(row, "Amt", f"{amount:.2f}").set("Ccy", currency)
    text(row, "CdtDbtInd", "CRDT")
    text(row, "Sts/Cd" if newer else "Sts", "BOOK")
    text(row, "BookgDt/Dt", day)
    text(row, "ValDt/Dt", day)
    text(row, "AcctSvcrRef", reference)
    text(row, "BkTxCd/Domn/Cd", "PMNT")
    text(row, "BkTxCd/Domn/Fmly/Cd", "RCDT")
    text(row, "BkTxCd/Domn/Fmly/SubFmlyCd", "XBCT")


def statement(payload: dict[str, Any]) -> dict[str, Any]:
    """The statement of one account and day; opening + entries = closing."""
    account, day = str(payload.get("account", "")), str(payload.get("date", ""))
    currency, version = str(payload.get("currency", "USD")), str(payload.get("format", "camt.053.001.02"))
    count = int(account[-1:]) if account[-1:].isdigit() else 0
    if not count:
        return {"outcome": "none", "detail": {}}
    number = sha256(f"{account}{day}".encode()).hexdigest()[:10].upper()
    root = ET.Element("BkToCstmrStmt")
    text(root, "GrpHdr/MsgId", f"S{number}")
    text(root, "GrpHdr/CreDtTm", f"{day}T20:00:00+08:00")
    inner = ET.SubElement(root, "Stmt")
    text(inner, "Id", number)
    text(inner, "CreDtTm", f"{day}T20:00:00+08:00")
    text(inner, "Acct/Id/Othr/Id", account)
    text(inner, "Acct/Ccy", currency)
    amounts = [drawn(account, day, n) for n in range(count)]
    opening = drawn(account, day, 99)
    balance(inner, "OPBD", opening, currency, day)
    balance(inner, "CLBD", opening + sum(amounts), currency, day)
    for n, amount in enumerate(amounts, 1):
        entry(inner, f"{number}{n:02}", amount, currency, day, version in NEWER)
    return {"outcome": "answered", "detail": {"format": version, "document": document(version, root)}}


def answer(task: dict[str, Any]) -> dict[str, Any]:
    """What the bank says to one task."""
    if task["kind"] == "BANK_STATEMENT":
        return statement(task["payload"])
    return payment(task["payload"], task.get("outcome", ""))
