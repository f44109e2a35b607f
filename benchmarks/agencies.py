"""`./sw bench agencies`: does an agency that hangs slow the others down?

Five simulated agencies are called over real HTTP by the threads of `ask_agencies`; the time from opening a task to its decision is
measured twice in the same run, with all of them well and with one of them hanging. Prints both p95 and their ratio.
"""

import argparse
import os
import statistics
import threading
import time

import django

HANGING = "tax"
OTHERS = ("post", "registry_fujian", "safe", "sinosure")
KEY = "benchmark"


def opened(seconds: float, pause: float) -> list[int]:
    """Open a task for every agency again and again; ids of those of the others."""
    from exchange.agencies.contracts import CONTRACTS
    from exchange.models import AgencyTask
    from exchange.services import open_task

    first = AgencyTask.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    contracts = {agency: contract for (agency, _kind), contract in CONTRACTS.items()}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for agency in (*OTHERS, HANGING):
            contract = contracts[agency]
            open_task(agency_code=agency, kind=contract.kind, subject_id=0, payload=dict(contract.question))
        time.sleep(pause)
    return list(AgencyTask.objects.filter(pk__gt=first, agency_code__in=OTHERS).values_list("pk", flat=True))


def p95(ids: list[int]) -> float:
    """Milliseconds from opening to decision; waits until all are decided, a minute at most."""
    from exchange.models import AgencyTask

    end = time.monotonic() + 60
    found = AgencyTask.objects.filter(pk__in=ids, decided_at__isnull=False)
    while found.count() < len(ids) and time.monotonic() < end:
        time.sleep(0.1)
    times = [
        (decided - created).total_seconds() * 1000
        for created, decided in found.values_list("created_at", "decided_at")
    ]
    if len(times) < len(ids):
        raise SystemExit(f"{len(ids) - len(times)} of {len(ids)} tasks of healthy agencies stay undecided")
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each of the two halves")
    parser.add_argument("--pause", type=float, default=0.1, help="between two rounds of tasks")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from exchange.agencies.answering import Endpoints
    from exchange.agencies.client import AgencyApi
    from exchange.agencies.simulated import PARTIES
    from exchange.agencies.simulating import Faults, Simulator
    from exchange.enums import TaskKind
    from exchange.management.commands.ask_agencies import keep_asking
    from exchange.services import register_decision_handler
    from exchange.services.asking import Endpoint

    for kind in TaskKind.values:
        register_decision_handler(kind, lambda _decision: None)
    codes = (*OTHERS, HANGING)
    running = {code: Simulator(AgencyApi("", code, ""), PARTIES[code].answer) for code in codes}
    server = Endpoints(("127.0.0.1", 0), running, KEY)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopping = threading.Event()
    url = f"http://127.0.0.1:{server.server_address[1]}/agencies"
    for code in codes:
        endpoint = Endpoint(code, f"{url}/{code}", KEY)
        threading.Thread(target=keep_asking, args=(endpoint, stopping), daemon=True).start()
    well = p95(opened(options.seconds, options.pause))
    running[HANGING].faults = Faults(hang=True)
    hanging = p95(opened(options.seconds, options.pause))
    stopping.set()
    print(f"p95 of {len(OTHERS)} agencies, all well:      {well:8.1f} ms")
    print(f"p95 of {len(OTHERS)} agencies, one hanging:   {hanging:8.1f} ms")
    print(f"ratio: {hanging / well:.3f}")


if __name__ == "__main__":
    main()
