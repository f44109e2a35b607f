"""`./sw bench summary`: one summary of 100,000 cleared lists, asked for by a time range.

One list is declared and departs over HTTP; the others are copies of it under other numbers, by set-based SQL. Prints the time and the
peak memory of each step of the summary, in this process, and of writing one part of the result.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from django.utils import timezone

GOODS = 400
"""Different goods codes: some nine declarations of fifty lines for each of the three countries."""
COUNTRIES = "ARRAY['502', '304', '116']"


def copies(cursor: Any, table: str, changed: dict[str, str], key: str, model: int, lists: int) -> None:
    """Rows of one list under other numbers; `changed` gives what differs, with n = 1 … lists."""
    from django.apps import apps

    columns = [f.column for f in apps.get_model("customs", table)._meta.concrete_fields if f.column]
    values = [changed.get(column, f"i.{column}") for column in columns]
    cursor.execute(
        f"INSERT INTO customs_{table} ({', '.join(columns)}) SELECT {', '.join(values)}"
        f" FROM customs_{table} i, generate_series(1, %s) n WHERE i.{key} = %s",
        [lists, model],
    )


def fill(model: int, lists: int) -> None:
    """So many cleared lists of two lines."""
    from django.db import connection

    far = "(1::bigint << 41) + n"
    serial = "lpad(n::text, 9, '0')"
    number = f"'99992026E' || {serial}"
    with connection.cursor() as cursor:
        head = {
            "id": far,
            "order_no": f"'SUM' || {serial}",
            "cop_no": f"'SUM' || {serial}",
            "logistics_no": f"'SUM' || {serial}",
            "invt_no": number,
            "country": f"({COUNTRIES})[mod(n, 3) + 1]",
        }
        copies(cursor, "exportinventory", head, "id", model, lists)
        parcel = {name: value for name, value in head.items() if name not in {"cop_no", "country"}}
        copies(cursor, "parcel", {**parcel, "state": "'cleared'"}, "id", model, lists)
        code = f"lpad((6109100000 + mod(n, {GOODS}))::text, 10, '0')"
        for gnum in ("1", "2"):
            line = {"head_id": far, "gnum": gnum, "gcode": code if gnum == "1" else "'4202129000'"}
            copies(cursor, "exportinventoryline", line, "head_id", model, lists)
        cleared = {"id": far, "invt_no": number, "application_id": "NULL"}
        copies(cursor, "clearedlist", cleared, "id", model, lists)
        cursor.execute("ANALYZE")


def departed() -> int:
    """Declare one export list, let it depart, and return the id of its parcel."""
    from benchmarks.load import CLIENTS
    from customs.models import ClearedList
    from tools.demo.posting import load_clients
    from tools.parcels import LOGISTICS, SENDERS, Generator, follow_up, messages

    clients = load_clients(os.environ["SW_BASE_URL"])
    draw = Generator(int(time.time()), prefix=time.strftime("%m%d%H%M%S"))
    parcel = draw.export_parcel()
    for code, body in messages([parcel], draw):
        clients[CLIENTS[SENDERS[code].code]].post_message(body)
    agent = clients[CLIENTS[SENDERS["CEB603Message"].code]]
    while not (found := [one for one in agent.parcels([parcel.order_no]) if one["state"] == "released"]):
        time.sleep(0.05)
    clients[CLIENTS[LOGISTICS.code]].post_message(
        follow_up("CEB509Message", [(parcel, found[0]["invt_no"])], draw)
    )
    while (cleared := ClearedList.objects.filter(invt_no=found[0]["invt_no"]).first()) is None:
        time.sleep(0.05)
    return cleared.pk


def asked(model: int) -> int:
    """A request for everything that was cleared until now, ready to be worked; its id."""
    from customs.enums import ApplicationState
    from customs.models import ClearedList, SummaryApplication

    one, now = ClearedList.objects.get(pk=model), timezone.now()
    return SummaryApplication.objects.create(
        document_id=model,
        parts=[model],
        msg_count=1,
        sender_id=one.sender_id,
        customs_code=one.customs_code,
        cop_no=f"BENCH{now:%Y%m%d%H%M%S}",
        agent_code=one.agent_code,
        agent_name=one.agent_code,
        ebc_code=one.ebc_code,
        ebc_name=one.ebc_name,
        decl_agent_code=one.agent_code,
        decl_agent_name=one.agent_code,
        start_time=now - timedelta(days=1),
        end_time=now,
        by_producer=False,
        by_name=False,
        state=ApplicationState.WAITING,
        received_at=now,
    ).pk


def timed(title: str, work: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    found = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {title:<42} {time.perf_counter() - begun:8.2f} s   peak {peak:6.0f} MB", flush=True)
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lists", type=int, default=100_000)
    options = parser.parse_args()
    django.setup()
    from customs.models import SummaryDeclaration, SummaryLine
    from customs.services.summarising import claim, make
    from exchange.models import Receipt
    from exchange.services.receipts import read_receipt

    model = timed("one list declared and departed", departed)
    timed(f"{options.lists} lists copied", lambda: fill(model, options.lists))
    application = asked(model)
    timed("lists claimed", lambda: claim(application))
    timed("declarations made, mapped, told", lambda: make(application))
    results = Receipt.objects.filter(message_type="CEB792Message")
    part = results.order_by("id").first()
    assert part is not None  # noqa: S101 -- a benchmark
    timed(
        "one part of the result written as XML",
        lambda: read_receipt(organisation_id=part.organisation_id, receipt_id=part.pk, with_xml=True),
    )
    print(
        f"  {SummaryDeclaration.objects.count()} declarations, {SummaryLine.objects.count()} lines,"
        f" {results.count()} parts of CEB792"
    )


if __name__ == "__main__":
    main()
