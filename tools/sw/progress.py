"""What people see while something is set up: one line per step with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """Something the person at the keyboard can act on; printed as one sentence, without a traceback."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `✓ title  1.2 s` when the block ends well, `✗ title` when it fails."""
    started = time.monotonic()
    waiting = sys.stdout.isatty()
    if waiting:
        print(f"… {title}", end="\r", flush=True)
    try:
        yield
    except BaseException:
        print(f"✗ {title}  {time.monotonic() - started:.1f} s", flush=True)
        raise
    print(f"✓ {title}  {time.monotonic() - started:.1f} s", flush=True)
