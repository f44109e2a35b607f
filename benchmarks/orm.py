"""`./sw bench orm`: the naive path for comparison — every object saved one by one through the ORM, in a rolled-back transaction."""

import argparse
import sys
import time

import django


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=300)
    options = parser.parse_args()
    django.setup()
    from benchmarks.naive import decide_naively, store_naively
    from tools.parcels import Generator

    generator = Generator(int(time.time()), prefix="N")
    parcels = [generator.import_parcel() for _ in range(options.parcels)]
    bodies = [store_naively.messages(parcel, generator) for parcel in parcels]
    started = time.perf_counter()
    for body in bodies:
        decide_naively(store_naively(body))
    seconds = time.perf_counter() - started
    print(
        f"naive path: {options.parcels} parcels in {seconds:.1f} s = {options.parcels / seconds:.1f} parcels/s, one process"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
