"""Questions about processes that may not be our children, answered without psutil."""

import os
import signal
import subprocess
import time
from pathlib import Path

PROC = Path("/proc/self/stat").exists()


def program_of(pid: int) -> str:
    """Program name of a living process; "" when there is none, or only a zombie."""
    return _program_from_proc(pid) if PROC else _program_from_ps(pid)


def _program_from_proc(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    name, _, rest = text.partition("(")[2].rpartition(")")
    return "" if rest.split()[0] in "ZX" else name


def _program_from_ps(pid: int) -> str:
    answer = subprocess.run(
        ["ps", "-o", "stat=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, command = answer.stdout.strip().partition(" ")
    return "" if not command or state.startswith("Z") else Path(command.strip()).name


def started_at(pid: int) -> str:
    """A mark that differs when the system gave the same number to another process; "" when it is gone."""
    if PROC:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()


def resident_megabytes(pid: int) -> float:
    """Resident memory of one process in MB; 0 when it is gone."""
    answer = ""
    if PROC:
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    answer = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return int(answer or 0) / 1e3


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait until the process has ended; False when it still lives after `seconds`."""
    deadline = time.monotonic() + seconds
    while program_of(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to every process of the group; a group that is gone is fine."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def members_of_group(group: int) -> list[int]:
    """Living processes of a process group (Linux; elsewhere only the leader is looked at)."""
    if not PROC:
        return [group] if program_of(group) else []
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found
