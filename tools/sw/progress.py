"""What people see while something is set up: one line per step with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Failure(Exception):
    """Something the person at the keyboard can act on; printed as one sentence, without a traceback."""


class Output:
    """Who reads the standard output; when a program does, progress goes to the error stream."""

    for_programs = False


def stream() -> TextIO:
    return sys.stderr if Output.for_programs else sys.stdout


def say(text: str) -> None:
    print(text, file=stream(), flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `✓ title  1.2 s` when the block ends well, `✗ title` when it fails."""
    started = time.monotonic()
    if stream().isatty():
        print(f"… {title}", end="\r", file=stream(), flush=True)
    try:
        yield
    except BaseException:
        say(f"✗ {title}  {time.monotonic() - started:.1f} s")
        raise
    say(f"✓ {title}  {time.monotonic() - started:.1f} s")
