"""Whether a child answers."""

import asyncio
from contextlib import suppress

from warpwatch.httpd import address, join_address


async def answers(listen: str, path: str, patience: float) -> bool:
    """Whether what listens there says 200. It is one of ours on this machine: no TLS, no proxy."""
    host, port = address(listen)
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                host_header = join_address(host, port)
                writer.write(f"GET {path} HTTP/1.0\r\nHost: {host_header}\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    return status.split()[1:2] == [b"200"]
