"""./run bench [NAME...]: measures, and prints; nothing here asserts a time."""

import sys

import attribution
import boards
import console
import exporter
import fuzz
import nvml
import sim
import soak
import stack
import start
import top
from measure import machine

BENCHMARKS = {
    "start": start.main,
    "exporter": exporter.main,
    "nvml": nvml.main,
    "sim": sim.main,
    "attribution": attribution.main,
    "soak": soak.main,
    "fuzz": fuzz.main,
    "stack": stack.main,
    "console": console.main,
    "boards": boards.main,
    "top": top.main,
}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"bench: no {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    print(machine())
    for name in names or BENCHMARKS:
        BENCHMARKS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
