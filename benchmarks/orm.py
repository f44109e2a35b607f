"""`./sw bench orm`: the naive path for comparison — every object saved one by one through the ORM (`benchmarks/naive.py`)."""

import argparse
import sys
import time

import django

FAR = 1 << 50
"""Row ids far above the real ones."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=500)
    options = parser.parse_args()
    django.setup()
    from benchmarks import load, naive
    from tools.parcels import Generator, messages

    generator = Generator(int(time.time()), prefix=f"N{int(time.time()) % 100_000}")
    parcels = [generator.import_parcel() for _ in range(options.parcels)]
    load.remember_identities(parcels)
    bodies = [list(messages([parcel], generator)) for parcel in parcels]
    started, number = time.perf_counter(), FAR + int(time.time()) * 1_000
    for documents in bodies:
        for _code, body in documents:
            number += 1
            naive.store(body, number)
        naive.decide(number)
    seconds = time.perf_counter() - started
    print(
        f"naive path: {options.parcels} parcels in {seconds:.1f} s = {options.parcels / seconds:.1f} parcels/s, one process"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
