"""`./sw bench pipeline`: the whole path over HTTP — intake, decision, receipts — against bare COPY of the same rows.

Method: import parcels in messages of 100 documents, closed loop, load generator on the same machine; identity answers come from
the cache; everything durable. The unit is bare COPY of the same rows in the same run, before and after; machines differ, so
quotients are compared.
"""

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import django

CONNECTIONS = 4
DISTURBANCE = 0.1
"""Cores that others may use before the figures are refused."""


@dataclass
class Figures:
    """What one run measured."""

    parcels: int = 0
    seconds: float = 0.0
    parcels_per_second: float = 0.0
    cpu_us_per_parcel: dict[str, float] = field(default_factory=dict)
    step_us_per_parcel: dict[str, float] = field(default_factory=dict)
    http_ms: dict[str, float] = field(default_factory=dict)
    decision_ms: dict[str, float] = field(default_factory=dict)
    wal_bytes_per_parcel: float = 0.0
    others_cores: float = 0.0
    messages_per_turn: float = 0.0


def percentiles(values: list[float], scale: float) -> dict[str, float]:
    """p50, p95, p99."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p{n}": round(cuts[n - 1] * scale, 1) for n in (50, 95, 99)}


def scalar(sql: str, *parameters: Any) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def wait_for_decisions(after_turn: int, parcels: int) -> None:
    """Until as many parcels were decided. Raises TimeoutError."""
    end = time.monotonic() + 300
    while time.monotonic() < end:
        if scalar("SELECT coalesce(sum(parcels), 0) FROM customs_turn WHERE id > %s", after_turn) >= parcels:
            return
        time.sleep(0.01)
    raise TimeoutError("not every parcel was decided")


def steps_of(after_turn: int, parcels: int) -> tuple[dict[str, float], float]:
    """Microseconds per parcel of every decision step; messages per turn."""
    from customs.models import Turn

    totals: dict[str, int] = {}
    turns = messages = 0
    for turn in Turn.objects.filter(pk__gt=after_turn):
        turns, messages = turns + 1, messages + turn.messages
        for name, micros in turn.steps.items():
            totals[name] = totals.get(name, 0) + micros
    return {name: round(total / parcels, 1) for name, total in totals.items()}, round(
        messages / max(turns, 1), 1
    )


def measure(
    base_url: str, parcels: int, seed: int, *, rate: float = 0.0, cold: bool = False
) -> tuple[Figures, int]:
    """Send and decide so many parcels; returns the figures and the first message id.

    `cold`: nobody's identity is known, so the population base (its simulator) is asked about every buyer.
    """
    from benchmarks import load, machine

    drawn, groups = load.made_up(parcels, seed)
    if not cold:
        load.remember_identities(drawn)
    turn = scalar("SELECT coalesce(max(id), 0) FROM customs_turn")
    first = scalar("SELECT coalesce(max(id), 0) + 1 FROM exchange_message")
    lsn = scalar("SELECT pg_current_wal_lsn()::text")
    before, all_before = machine.cpu_by_group(machine.processes()), machine.whole_machine()
    started = time.perf_counter()
    times = load.send_all(base_url, groups, connections=CONNECTIONS, rate=rate)
    wait_for_decisions(turn, parcels)
    seconds = time.perf_counter() - started
    after, all_after = machine.cpu_by_group(machine.processes()), machine.whole_machine()
    ours = {group: after[group] - before.get(group, 0.0) for group in after}
    figures = Figures(parcels, round(seconds, 2), round(parcels / seconds, 1))
    figures.cpu_us_per_parcel = {group: round(used / parcels * 1e6, 1) for group, used in ours.items()}
    figures.others_cores = round(max(all_after - all_before - sum(ours.values()), 0.0) / seconds, 2)
    figures.http_ms = percentiles(times, 1e3)
    figures.wal_bytes_per_parcel = round(
        float(scalar("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s::pg_lsn)", lsn)) / parcels, 0
    )
    figures.step_us_per_parcel, figures.messages_per_turn = steps_of(turn, parcels)
    figures.decision_ms = decision_latency(first)
    return figures, first


def decision_latency(first_message: int) -> dict[str, float]:
    """Milliseconds from the last document's arrival to the decision."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM p.decided_at - greatest(i.received_at, o.received_at, y.received_at, w.received_at))"
            " FROM customs_parcel p JOIN customs_importinventory i ON i.id = p.id"
            " JOIN customs_importorder o ON o.id = p.order_id JOIN customs_importpayment y ON y.id = p.payment_id"
            " JOIN customs_importwaybill w ON w.id = p.waybill_id WHERE p.id >= %s",
            [first_message * 128],
        )
        return percentiles([float(row[0]) for row in cursor.fetchall()], 1e3)


def show(title: str, figures: Figures) -> None:
    print(
        f"\n{title}: {figures.parcels} parcels in {figures.seconds} s = {figures.parcels_per_second} parcels/s"
    )
    print(f"  CPU µs/parcel   {figures.cpu_us_per_parcel}   others used {figures.others_cores} cores")
    print(f"  steps µs/parcel {figures.step_us_per_parcel}   {figures.messages_per_turn} messages a turn")
    print(f"  HTTP ms         {figures.http_ms}")
    print(f"  decision ms     {figures.decision_ms}   WAL {figures.wal_bytes_per_parcel:.0f} bytes/parcel")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """All measurements of one call."""
    from benchmarks import history, machine, rawcopy

    base_url = os.environ["SW_BASE_URL"]
    seed = int(time.time())
    measure(base_url, 1_000, seed)
    full, first = measure(base_url, options.parcels, seed + 1)
    rows = rawcopy.stored_rows(first)
    rates = [rawcopy.copy_rate(rows, options.parcels) for _ in range(2)]
    raw = statistics.mean(rates)
    result: dict[str, Any] = {
        "full": asdict(full),
        "raw_copy_parcels_per_second": [round(rate) for rate in rates],
        "full_over_raw": round(full.parcels_per_second / raw, 3),
        "resident_mb": machine.resident_by_group(machine.processes()),
    }
    show("full path", full)
    print(f"\nraw COPY: {[round(rate) for rate in rates]} parcels/s   full ÷ raw = {result['full_over_raw']}")
    print(f"resident MB by process: {result['resident_mb']}")
    for number, load in enumerate(options.load):
        rate = load * full.parcels_per_second / 100
        count = max(100, int(load * full.parcels_per_second * options.seconds) // 100 * 100)
        figures, _first = measure(base_url, count, seed + 10 + number, rate=rate)
        result[f"load {load}"] = asdict(figures)
        show(f"open loop at {load:.0%}", figures)
    if options.cold:
        cold, _first = measure(base_url, options.cold, seed + 30, cold=True)
        result["cold"] = asdict(cold)
        show("every identity asked of the simulated population base", cold)
    if options.stored:
        history.fill(first, options.parcels, options.stored)
        measure(base_url, options.parcels, seed + 20)  # the pages in use are in memory and logged once
        stored, _first = measure(base_url, options.parcels, seed + 21)
        result["stored"] = asdict(stored)
        cost = stored.cpu_us_per_parcel["PostgreSQL"] / full.cpu_us_per_parcel["PostgreSQL"]
        result["postgresql_cost_stored_over_empty"] = round(cost, 2)
        show(f"with {options.stored} parcels stored", stored)
        print(f"\nPostgreSQL CPU per parcel, stored ÷ empty = {cost:.2f}")
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=20_000)
    parser.add_argument(
        "--load", type=float, nargs="*", default=[], help="open loop at these shares, e.g. 0.1 0.45 0.85"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each open-loop run")
    parser.add_argument(
        "--cold", type=int, default=0, help="measure again with so many parcels of unknown buyers"
    )
    parser.add_argument("--stored", type=int, default=0, help="measure again with so many parcels stored")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")
    options = parser.parse_args()
    django.setup()
    result = run(options)
    if options.json:
        print(json.dumps(result))
    disturbed = result["full"]["others_cores"] > DISTURBANCE
    if disturbed:
        print(
            f"NOT VALID: others used {result['full']['others_cores']} cores during the run", file=sys.stderr
        )
    return 1 if disturbed else 0


if __name__ == "__main__":
    sys.exit(main())
