"""What it costs to start: the version against bare Python, and a command's help."""

import sys

from measure import cpu_of_command


def main() -> None:
    bare = cpu_of_command([sys.executable, "-c", "pass"])
    print(f"\nCPU from start to end; bare Python {bare * 1e3:.0f} ms")
    for words in (["--version"], ["--help"], ["exporter", "--help"], ["explain", "xid", "79"]):
        spent = cpu_of_command([sys.executable, "-m", "warpwatch", *words])
        print(f"  warpwatch {' '.join(words):<20} +{(spent - bare) * 1e3:.0f} ms")
