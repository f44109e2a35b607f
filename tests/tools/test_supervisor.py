"""The supervisor: what dies comes back, nothing of a killed process survives, everything stops in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.sw import pids
from tools.sw.environment import kept_secrets
from tools.sw.places import Places
from tools.sw.processes import free_port
from tools.sw.progress import Failure
from tools.sw.servers import EmbeddedServers
from tools.sw.supervisor import Service, Supervisor, end_leftovers, read_record

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
PARENT = (
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])",
)
WRITER = (
    "import signal, sys, time\n"
    "def end(*_):\n open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit()\n"
    "signal.signal(signal.SIGTERM, end)\nopen(sys.argv[3], 'w').close()\ntime.sleep(60)"
)


@pytest.fixture
def supervisor(here: Places) -> Iterator[Supervisor]:
    made = Supervisor(here, EmbeddedServers(here, []), dict(os.environ))
    yield made
    made.stop()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_killed_process_comes_back(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor.start([Service("sleeper", SLEEPER, stop_rank=1)])
    child = supervisor.children[0]
    first = child.process.pid
    os.kill(first, signal.SIGKILL)

    def returned() -> bool:
        supervisor.tend()
        return child.restarts == 1

    until(returned)
    assert child.process.pid != first
    assert pids.program_of(child.process.pid)
    record = read_record(supervisor.here)
    assert record is not None
    assert record["processes"]["sleeper"]["pid"] == child.process.pid
    assert "sleeper was ended by SIGKILL; started again" in capsys.readouterr().out
    supervisor.stop()


def test_process_that_ends_at_once_is_not_restarted_in_a_busy_loop(supervisor: Supervisor) -> None:
    supervisor.start([Service("broken", (sys.executable, "-c", "raise SystemExit(3)"), stop_rank=1)])
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        supervisor.tend()
        time.sleep(0.01)
    assert 1 <= supervisor.children[0].restarts <= 4
    supervisor.stop()


def test_children_of_a_killed_process_do_not_survive(supervisor: Supervisor) -> None:
    supervisor.start([Service("parent", PARENT, stop_rank=1)])
    leader = supervisor.children[0].process
    until(lambda: len(pids.members_of_group(leader.pid)) == 2)
    leader.kill()
    leader.wait()
    supervisor.tend()
    until(lambda: not pids.members_of_group(leader.pid))
    supervisor.stop()


def test_processes_stop_in_order(supervisor: Supervisor, tmp_path: Path) -> None:
    journal = tmp_path / "order"
    for name, rank in (("c", 3), ("a", 0), ("b", 1)):
        command = (sys.executable, "-c", WRITER, str(journal), name, str(tmp_path / name))
        supervisor.start([Service(name, command, stop_rank=rank)])
    until(lambda: all((tmp_path / name).exists() for name in "abc"))
    supervisor.stop()
    assert journal.read_text() == "abc"
    assert read_record(supervisor.here) is None


def test_next_start_ends_what_a_killed_launcher_left(supervisor: Supervisor) -> None:
    supervisor.start([Service("sleeper", SLEEPER, stop_rank=1)])
    orphan = supervisor.children[0].process
    assert end_leftovers(supervisor.here) == ["sleeper"]
    assert orphan.wait(5) == -signal.SIGKILL
    assert end_leftovers(supervisor.here) == []


def test_taken_port_is_skipped() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert port < free_port("127.0.0.1", port) <= port + 49


def test_no_free_port_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.sw.processes.PORTS_TRIED", 0)
    with pytest.raises(Failure, match="no free port from 8000"):
        free_port("127.0.0.1", 8000)


def test_secrets_are_made_once_and_private(here: Places) -> None:
    path = here.var / "secrets"
    first = kept_secrets(path)
    assert set(first) == {"SW_SECRET_KEY", "SW_PERSONAL_DATA_KEY"}
    assert all(len(value) >= 48 for value in first.values())
    assert kept_secrets(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
