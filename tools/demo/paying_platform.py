"""Simulator of a platform that answers customs' requests for payment data: takes `openReq`, uploads `payExInfoStr`, signed.

`python -m tools.demo.paying_platform --key key.der --certificate certificate.pem --url https://…/api/v1/payment-data/` serves until it is
stopped. Its orders are made up from the order number; who knows better hands in `record_of`.
"""

import argparse
import base64
import json
import threading
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from exchange.messages.signatures import Signer, signer_of
from tools.parcels import IMPORT_SHOP, PAYMENT, PLATFORM

Record = dict[str, Any]
"""`head` and `orders` of one upload."""
MOST_ASKED = 64 * 1024


def made_up(order_no: str) -> Record:
    """The record of an order nobody described: every required element, values that compare with nothing."""
    head = {
        "guid": f"{order_no:0>36}"[-36:],
        "initalRequest": f"https://pay.example.com/create?order={order_no}",
        "initalResponse": "SUCCESS",
        "ebpCode": PLATFORM.code,
        "payCode": PAYMENT.code,
        "payTransactionId": f"PI{order_no}",
        "totalAmount": 100,
        "currency": "142",
        "verDept": "3",
        "payType": "1",
        "tradingTime": "20261123100000",
        "note": "",
    }
    goods = [{"gname": "样例商品", "itemLink": f"https://shop.example.com/{order_no}"}]
    return {
        "head": head,
        "orders": [
            {
                "orderNo": order_no,
                "goodsInfo": goods,
                "recpAccount": "6200000000000001",
                "recpCode": "",
                "recpName": IMPORT_SHOP.name,
            }
        ],
    }


def upload_text(record: Record, *, session_id: str, signer: Signer, service_time: int | None = None) -> str:
    """The value of `payExInfoStr`, signed."""
    parts = {
        "sessionID": session_id,
        "payExchangeInfoHead": compact(record["head"]),
        "payExchangeInfoLists": compact(record["orders"]),
        "serviceTime": str(service_time or int(time.time() * 1000)),
    }
    signed = "||".join(f'"{name}":"{value}"' for name, value in parts.items())
    return compact(
        {
            "sessionID": session_id,
            "payExchangeInfoHead": record["head"],
            "payExchangeInfoLists": record["orders"],
            "serviceTime": parts["serviceTime"],
            "certNo": signer.certificate.serial,
            "signValue": base64.b64encode(signer.sign(signed.encode())).decode(),
        }
    )


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class PayingPlatform:
    """A platform on a port of this machine. `uploaded` holds the answers to its uploads."""

    def __init__(
        self, signer: Signer, url: str, *, record_of: Callable[[str], Record] = made_up, port: int = 0
    ) -> None:
        self.signer, self.url, self.record_of = signer, url, record_of
        self.asked: list[dict[str, Any]] = []
        self.uploaded: list[dict[str, Any]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())

    @property
    def address(self) -> str:
        """Where customs asks."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/openReq"

    def upload(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Report what was asked for; returns customs' answer."""
        text = upload_text(
            self.record_of(asked["orderNo"]), session_id=asked["sessionID"], signer=self.signer
        )
        form = urlencode({"payExInfoStr": text}).encode()
        with urllib.request.urlopen(self.url, form, timeout=30) as said:  # noqa: S310 -- the operator's address
            answer: dict[str, Any] = json.load(said)
        self.uploaded.append(answer)
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = min(int(self.headers.get("Content-Length") or 0), MOST_ASKED)
                given = parse_qs(self.rfile.read(size).decode("utf-8", "replace")).get("openReq", [""])[0]
                try:
                    asked = json.loads(given)
                    code = "10000" if {"orderNo", "sessionID"} <= set(asked) else "20000"
                except (ValueError, TypeError):
                    asked, code = {}, "20000"
                said = compact({"code": code, "message": "", "serviceTime": int(time.time() * 1000)}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
                if code == "10000":
                    platform.asked.append(asked)
                    if platform.url:
                        threading.Thread(target=platform.upload, args=(asked,), daemon=True).start()

            def log_message(self, *_arguments: Any) -> None:
                """Requests carry order numbers; nothing is logged."""

        return Handler

    def start(self) -> None:
        """Serve on a thread."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", type=Path, required=True, help="PKCS#8, DER")
    parser.add_argument("--certificate", type=Path, required=True)
    parser.add_argument("--url", required=True, help="where the data are uploaded")
    parser.add_argument("--port", type=int, default=8179)
    given = parser.parse_args()
    signer = signer_of(given.key.read_bytes(), given.certificate.read_bytes())
    platform = PayingPlatform(signer, given.url, port=given.port)
    print(platform.address)
    platform.server.serve_forever()


if __name__ == "__main__":
    main()
