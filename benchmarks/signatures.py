"""`./sw bench signatures`: what verifying signatures costs, as a ratio to the intake of the same messages in the same run.

One process, one thread. Intake is the whole `receive_message` of the lists (parsing, schema, rows, journal, COPY, commit), measured as
this process's CPU time; verification is what the decision worker does: parse, canonical forms, digest, public key.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import django

KINDS = (("RSA-SHA1", "RSA", True), ("RSA-SHA256", "RSA", False), ("SM2-SM3", "SM2", False))
Bodies = Sequence[bytes]


def cpu(work: Callable[[bytes], Any], bodies: Bodies) -> float:
    """CPU seconds of this process for all of them."""
    started = time.process_time()
    for body in bodies:
        work(body)
    return time.process_time() - started


def lists(parcels: int, per_message: int, seed: int) -> list[bytes]:
    """Import lists of so many parcels."""
    from tools.parcels import Generator, messages

    draw = Generator(seed, prefix=f"V{seed % 100_000}")
    made = [draw.import_parcel() for _ in range(parcels)]
    return [body for code, body in messages(made, draw, per_message=per_message) if code == "CEB621Message"]


def intake(bodies: Bodies) -> float:
    """CPU seconds of taking these messages."""
    from exchange.services import Sender, receive_message
    from portal.models import Organisation
    from tools.parcels import SENDERS

    organisation = Organisation.objects.get(customs_code=SENDERS["CEB621Message"].code)
    sender = Sender(organisation.pk, organisation.codes)
    receive_message(sender=sender, body=bodies[0])
    return (
        cpu(lambda body: receive_message(sender=sender, body=body), bodies[1:])
        * len(bodies)
        / (len(bodies) - 1)
    )


def verification(bodies: Bodies, kind: str, *, legacy: bool) -> float:
    """CPU seconds of verifying these messages."""
    from exchange.messages.signatures import inspect, new_signer, sign_document, verify

    signer = new_signer(kind, name="benchmark", serial=1, legacy=legacy)
    signed = [sign_document(body, signer) for body in bodies]

    def check(body: bytes) -> None:
        found = inspect(body)
        assert found is not None  # noqa: S101 -- signed above
        verify(found, signer.certificate)

    check(signed[0])
    return cpu(check, signed)


def report(parcels: int, per_message: int, seed: int) -> None:
    bodies = lists(parcels, per_message, seed)
    base = intake(bodies)
    size = sum(map(len, bodies)) / len(bodies) / 1024
    print(
        f"\n{len(bodies)} messages of {per_message} lists ({size:.0f} KB): intake {base / parcels * 1e6:.0f} µs a list"
    )
    print(f"{'algorithm':12} {'messages/s':>10} {'lists/s':>9} {'µs a list':>10} {'÷ intake':>9}")
    for name, kind, legacy in KINDS:
        seconds = verification(bodies, kind, legacy=legacy)
        print(
            f"{name:12} {len(bodies) / seconds:10.0f} {parcels / seconds:9.0f} {seconds / parcels * 1e6:10.0f}"
            f" {seconds / base:9.2f}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=2_000)
    options = parser.parse_args()
    django.setup()
    seed = int(time.time())
    report(options.parcels, 100, seed)
    report(options.parcels // 10, 1, seed + 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
