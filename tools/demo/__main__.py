"""`python -m tools.demo`: post the demonstration through the public API, wait, print what became of it.

Speaks only HTTP. Exit status 0 only if every parcel reached the decision it should. Writes var/demo.json for scripts.
"""

import argparse
import json
import os
import sys
import time
import unicodedata
import urllib.parse
from pathlib import Path
from typing import Any

import django
from django.conf import settings

PATIENCE = 60.0
"""Seconds to wait for all decisions."""


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int) -> str:
    return text + " " * max(columns - width(text), 0)


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows as aligned columns."""
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(padded(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
    )


class Demonstration:
    """One run of the demonstration against a running platform."""

    def __init__(self, base_url: str) -> None:
        from tools.demo.posting import Client, load_clients
        from tools.demo.scenario import cases
        from tools.parcels import Generator

        self.base_url = base_url
        self.clients: dict[str, Client] = load_clients(base_url)
        self.generator = Generator(int(time.time()), prefix=time.strftime("%m%d%H%M%S"))
        self.cases = cases(self.generator)
        self.bills: dict[str, dict[str, str]] = {}

    def post(self) -> int:
        """Send all messages, import lists signed; returns how many."""
        from exchange.messages.signatures import sign_document
        from tools.demo.accounts import ENTERPRISES
        from tools.demo.cards import agent_card
        from tools.parcels import SENDERS, messages

        keys = {one.enterprise.code: one.key for one in ENTERPRISES}
        sent = 0
        for code, body in messages([case.parcel for case in self.cases], self.generator, per_message=20):
            if code == "CEB621Message":
                body = sign_document(body, agent_card())
            self.clients[f"demo-{keys[SENDERS[code].code]}"].post_message(body)
            sent += 1
            print(f"  {code} ← {SENDERS[code].name}", flush=True)
        return sent

    def wait(self) -> dict[str, dict[str, Any]]:
        """Poll until every parcel stands where it should, or patience ends."""
        agent = self.clients["demo-agent"]
        numbers = [case.parcel.order_no for case in self.cases]
        end = time.monotonic() + PATIENCE
        while True:
            found = {p["order_no"]: p for p in agent.parcels(numbers)}
            right = sum(found.get(c.parcel.order_no, {}).get("state") == c.state for c in self.cases)
            print(f"\r  decided as expected: {right} of {len(self.cases)}", end="", flush=True)
            if right == len(self.cases) or time.monotonic() > end:
                print()
                return found
            time.sleep(0.5)

    def carry(self, found: dict[str, dict[str, Any]]) -> None:
        """Let the carrier's system report what happened to the released parcels, in one batch."""
        from tools.demo.partners import CARRIER, CONTRACT, carried

        states = {number: parcel["state"] for number, parcel in found.items()}
        released = [c.parcel for c in self.cases if states.get(c.parcel.order_no) == "released"]
        if released:
            body = json.dumps({"contract": CONTRACT, "events": carried(released)}).encode()
            taken = self.clients[f"demo-{CARRIER}"].call("/api/v1/partner/events/", body)
            print(f"  {CONTRACT} ← {taken['stored']} 个物流事件 events")

    def statuses(self) -> dict[str, list[str]]:
        """Receipts of the lists by order number, read from the feed of the declaring enterprise."""
        found: dict[str, list[str]] = {}
        for receipt in self.clients["demo-agent"].receipts():
            for document in receipt["documents"]:
                if "taxNo" in document:
                    self.bills[document["orderNo"]] = document
                elif "orderNo" in document or "copNo" in document:
                    key = document.get("orderNo") or document["copNo"]
                    found.setdefault(key, []).append(receipt["status"])
        return found

    def report(self, found: dict[str, dict[str, Any]]) -> bool:
        """Print the table; True when everything is as expected."""
        receipts = self.statuses()
        rows: list[tuple[str, ...]] = [
            ("", "包裹 parcel", "订单 order", "比对 findings", "决定 decision", "回执 receipts")
        ]
        good = True
        for case in self.cases:
            parcel = found.get(case.parcel.order_no, {"state": "—", "findings": [], "missing": []})
            rules = {f["rule"] for f in parcel["findings"]}
            right = parcel["state"] == case.state and case.rules <= rules
            good = good and right
            notes = " ".join(sorted(rules)) or " ".join(f"缺 {m}" for m in parcel["missing"]) or "—"
            answers = receipts.get(case.parcel.order_no) or receipts.get(case.parcel.inventory["copNo"]) or []
            rows.append(
                (
                    "✓" if right else "✗",
                    case.title,
                    case.parcel.order_no,
                    notes,
                    parcel["state"],
                    " ".join(answers) or "—",
                )
            )
        print(table(rows))
        self.report_bill()
        return good

    def report_bill(self) -> None:
        """One tax bill as the declarant read it (CEB816)."""
        own = [bill for case in self.cases if (bill := self.bills.get(case.parcel.order_no))]
        if own:
            bill, names = own[0], ("customsTax", "valueAddedTax", "consumptionTax")
            taxes = " ".join(f"{name}={bill[name]}" for name in names)
            print(f"\n  电子税单 tax bill {bill['taxNo']} {taxes} assureCode={bill['assureCode']}")
            print(f"  缴款书 payment document: {bill['entDutyNo'] or bill['payable']}")


def write_demo_file(base_url: str, clients: dict[str, Any]) -> Path:
    """var/demo.json: addresses, accounts and API clients for scripts (readable by the owner only)."""
    from tools.demo.accounts import ADMINISTRATORS, ENTERPRISES, PASSWORD, PEOPLE, TOTP_SECRET

    enterprises = {one.key for one in ENTERPRISES}
    accounts = [
        {
            "username": p.username,
            "password": PASSWORD,
            "name": p.full_name,
            "description": p.description,
            "totp": "" if p.where in enterprises else TOTP_SECRET,
        }
        for p in (*PEOPLE, *ADMINISTRATORS)
    ]
    path = Path(settings.VAR_DIR) / "demo.json"
    path.touch(mode=0o600)
    content = {
        "base_url": base_url,
        "token_path": "/api/v1/oauth/token/",
        "accounts": accounts,
        "clients": {name: client.secret for name, client in clients.items()},
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1))
    return path


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base-url", default=os.environ.get("SW_BASE_URL", "http://127.0.0.1:8000"))
    options = parser.parse_args()
    django.setup()
    base_url = options.base_url.rstrip("/")
    from tools.demo.exporting import Export

    demonstration = Demonstration(base_url)
    path = write_demo_file(base_url, demonstration.clients)
    demonstration.post()
    found = demonstration.wait()
    demonstration.carry(found)
    good = demonstration.report(found)
    good = Export(demonstration).report() and good
    host = urllib.parse.urlsplit(base_url).netloc
    print(f"\n  {base_url}/               公共门户 public\n  {base_url}/enterprise/    企业 enterprise")
    print(f"  {base_url}/console/       关员 officials\n  {base_url}/api/v1/docs/   接口 API ({host})")
    print_accounts(path)
    print("demonstration: " + ("every parcel as expected" if good else "NOT as expected"))
    return 0 if good else 1


def print_accounts(path: Path) -> None:
    """Accounts and API clients for people to try."""
    content = json.loads(path.read_text())
    rows: list[tuple[str, ...]] = [("账号 account", "密码 password", "说明 description")]
    rows += [(a["username"], a["password"], f"{a['name']} · {a['description']}") for a in content["accounts"]]
    print("\n" + table(rows))
    secret = next((a["totp"] for a in content["accounts"] if a["totp"]), "")
    print(f"\n  动态码密钥 TOTP secret of officials and administrators: {secret}")
    print(f"  API clients with their secrets: {path}")


if __name__ == "__main__":
    sys.exit(main())
