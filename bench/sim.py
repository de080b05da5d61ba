"""The simulated fleet: a thousand nodes, each scraped every fifteen seconds."""

import asyncio
import sys
import time

from measure import cpu_of, memory_of, warpwatch

NODES, GPUS, EVERY, ROUNDS, CONNECTIONS = 1000, 8, 15.0, 2, 50


async def scrape_all(port: int) -> int:
    """Every node once an interval, evenly spread, over connections that stay open as Prometheus'
    do. Returns the bytes received.
    """
    began = time.monotonic()

    async def part(first: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        received = 0
        for turn in range(ROUNDS):
            for node in range(first, NODES, CONNECTIONS):
                due = began + EVERY * (turn + node / NODES)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                writer.write(
                    f"GET /node/gpu-{node + 1:04d}/metrics HTTP/1.1\r\nHost: bench\r\n"
                    "Accept-Encoding: gzip\r\n\r\n".encode()
                )
                head = await reader.readuntil(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise RuntimeError(head.decode())
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                received += len(await reader.readexactly(length))
        writer.close()
        return received

    return sum(await asyncio.gather(*map(part, range(CONNECTIONS))))


def main() -> None:
    print(
        f"\nA fleet of {NODES} nodes with {GPUS} GPUs, each node scraped every {EVERY:.0f} s, gzip"
    )
    arguments = ("--nodes", str(NODES), "--gpus", str(GPUS), "--listen", "127.0.0.1:0")
    began = time.monotonic()
    with warpwatch("sim", *arguments) as (process, port):
        print(
            f"  started in {time.monotonic() - began:.1f} s, {cpu_of(process):.1f} s of CPU",
            flush=True,
        )
        # The first round makes every label; Prometheus would see it once.
        before, began = cpu_of(process), time.monotonic()
        received = asyncio.run(scrape_all(port))
        spent, passed = cpu_of(process) - before, time.monotonic() - began
        print(f"  {spent / passed:.3f} core over {passed:.0f} s (target 0.3)")
        print(f"  {spent / (NODES * ROUNDS) * 1e3:.2f} ms of CPU a page")
        print(f"  {received / (NODES * ROUNDS):.0f} bytes a page, compressed")
        print(f"  {memory_of(process):.0f} MB resident")
        sys.stdout.flush()
