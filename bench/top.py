"""`top` on a terminal of its own: what 60 GPUs cost, once a second."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from measure import cpu_of, memory_of

GPUS, LINES, CELLS = 60, 66, 160
WARM, SECONDS = 8.0, 30.0


@contextmanager
def on_a_terminal(*arguments: str) -> Iterator[tuple[int, Callable[[float], int]]]:
    """The real program: its process, and a function that reads what it draws for so many seconds
    and says how many bytes that were.
    """
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, CELLS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "warpwatch", *arguments],
        stdin=its, stdout=its, stderr=its, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )  # fmt: skip
    os.close(its)

    def read(seconds: float) -> int:
        ended, received = time.monotonic() + seconds, 0
        while (left := ended - time.monotonic()) > 0:
            if select.select([ours], [], [], left)[0]:
                received += len(os.read(ours, 1 << 16))
        return received

    try:
        yield process.pid, read
    finally:
        process.terminate()
        process.wait()
        os.close(ours)


def main() -> None:
    print(f"\ntop: {GPUS} GPUs, once a second, on a screen of {LINES} lines of {CELLS}")
    spec = f"sim:{GPUS}xH100"
    for name, arguments in (
        ("drawn and simulated", ("top", "--source", spec)),
        ("read alone, 9 fields", ("dmon", "--source", spec, "-i", "0")),
    ):
        with on_a_terminal(*arguments) as (process, read):
            read(WARM)
            before, began = cpu_of(process), time.monotonic()
            received = read(SECONDS)
            share = (cpu_of(process) - before) / (time.monotonic() - began)
            print(
                f"  {name:<21} {share:6.1%} of a core (target 5 % for the drawing), "
                f"{received / SECONDS / 1000:.1f} kB/s, {memory_of(process):.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
