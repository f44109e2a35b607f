"""`bench`: run a benchmark against web and worker processes of its own, on a fresh database of its own."""

import argparse
import os
import subprocess

from tools.sw import processes
from tools.sw.environment import children_environment, embedded_servers
from tools.sw.places import ROOT, Places
from tools.sw.progress import Failure, Output, step
from tools.sw.running import Stopped, set_up, stop_on_signals
from tools.sw.servers import Postgres, exclusively
from tools.sw.supervisor import Supervisor, end_leftovers

DATABASE = "sw_bench"
FIRST_PORT = 8100
BENCH = "bench"


def bench(arguments: argparse.Namespace, here: Places) -> int:
    """`bench NAME …` runs `python -m benchmarks.NAME …`; the demonstration's data stays untouched."""
    name, *rest = arguments.rest or [""]
    if "--json" in rest:
        Output.for_programs = True
    if (
        not (ROOT / "benchmarks" / f"{name}.py").exists()
        and not (ROOT / "benchmarks" / name / "__main__.py").exists()
    ):
        known = sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py"))
        raise Failure(f"no such benchmark: {name or '(none named)'} (there are {', '.join(known)})")
    if os.environ.get("DATABASE_URL"):
        raise Failure("bench empties its database, so it runs on the embedded one: unset DATABASE_URL")
    stop_on_signals()
    with exclusively(here.run / "bench.lock"), embedded_servers(here, DATABASE) as servers:
        for server in servers.servers:
            if isinstance(server, Postgres):
                server.make_database_anew()
        port = processes.free_port("127.0.0.1", FIRST_PORT)
        own = here.var / "bench"  # API clients of another database
        own.mkdir(mode=0o700, exist_ok=True)
        base_url = f"http://127.0.0.1:{port}"
        environment = children_environment(
            here, servers, SW_BASE_URL=base_url, SW_DEMO="1", SW_VAR=str(own), SW_LOG_LEVEL="WARNING"
        )
        end_leftovers(here, BENCH)
        set_up(here, environment)
        supervisor = Supervisor(here, servers, environment, name=BENCH)
        try:
            with step("web, decision worker, worker, beat"):
                supervisor.start(
                    [processes.web("127.0.0.1", port), *processes.background(here.run / "beat-bench")]
                )
                processes.wait_until_healthy(base_url, supervisor)
                supervisor.record(base_url=base_url, state="ready")
            if "--cold" in rest:
                supervisor.start(processes.simulators(base_url, own / "demo-clients.json"))
            return subprocess.call(processes.module(f"benchmarks.{name}", *rest), cwd=ROOT, env=environment)
        except Stopped:
            return 130
        finally:
            with step("stopped in order"):
                supervisor.stop()
