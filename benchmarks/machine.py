"""What the operating system says of the processes under test: CPU time, memory, and whether others disturbed."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
GROUPS = {
    "web": ("portal.wsgi:application", "granian"),
    "decision worker": ("manage.py decide",),
    "PostgreSQL": ("postgres",),
    "Celery": ("celery",),
}
"""Process group → words of the command line."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process: CPU seconds used, resident bytes."""

    pid: int
    group: str
    cpu: float
    resident: int


def group_of(command: str) -> str:
    """The group of a command line, "" when it is none of ours."""
    for group, words in GROUPS.items():
        if any(word in command for word in words):
            return group
    return ""


def processes() -> list[Process]:
    """All processes of the groups, and this one as `client`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        pid = int(folder.name)
        group = "client" if pid == os.getpid() else group_of(command)
        if group:
            cpu = (int(fields[11]) + int(fields[12])) / TICK
            found.append(Process(pid, group, cpu, int(fields[21]) * PAGE))
    return found


def cpu_by_group(seen: Iterable[Process]) -> dict[str, float]:
    """CPU seconds used so far by each group."""
    totals: dict[str, float] = {}
    for process in seen:
        totals[process.group] = totals.get(process.group, 0.0) + process.cpu
    return totals


def whole_machine() -> float:
    """CPU seconds used so far by everything on the machine."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _wait, irq, soft, *_rest = (int(f) for f in fields)
    return (user + nice + system + irq + soft) / TICK


def resident_by_group(seen: Iterable[Process]) -> dict[str, list[int]]:
    """Resident megabytes of each process by group."""
    found: dict[str, list[int]] = {}
    for process in seen:
        found.setdefault(process.group, []).append(process.resident // 1_000_000)
    return {group: sorted(sizes, reverse=True) for group, sizes in found.items()}
