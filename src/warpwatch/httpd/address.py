"""Where to listen, and who is there already."""

import contextlib
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from warpwatch.errors import Unreachable, UsageError

BACKLOG = 1024


def address(listen: str) -> tuple[str, int]:
    """`:9400`, `host:9400`, `[::1]:9400` as host and port; an empty host is every address."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise UsageError(
            f"listen address {listen!r} is not host:port",
            hint="write :9400, 127.0.0.1:9400 or [::1]:9400",
        )
    return host, int(port)


def join_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bind(listen: str) -> socket.socket:
    host, port = address(listen)
    everywhere = not host and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if ":" in host or everywhere else socket.AF_INET
    try:
        listening = socket.create_server(
            (host, port), family=family, backlog=BACKLOG, dualstack_ipv6=everywhere
        )
    except OSError as error:
        raise _why_not(listen, host, port, error.errno or 0) from error
    # Connections inherit it. Without it head and body, written one after the other, wait for
    # each other's acknowledgement: 40 ms on every scrape but the first of a connection.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _why_not(listen: str, host: str, port: int, code: int) -> Unreachable:
    if code < 0:  # Of the resolver's, not of the kernel's.
        return Unreachable(
            f"cannot listen on {listen}: no address is known for {host!r}",
            hint="give an address of this machine, e.g. 127.0.0.1",
        )
    reason = f"cannot listen on {listen}: {os.strerror(code)}"
    if code != errno.EADDRINUSE:
        return Unreachable(reason, hint="choose another address, e.g. --address 127.0.0.1:9400")
    held = f" (held by {holder})" if (holder := port_holder(port)) else ""
    return Unreachable(
        f"{reason}{held}",
        hint=f"stop that process, or choose another address, e.g. --address :{port + 1}",
    )


def port_holder(port: int) -> str:
    """The process that listens on a port, as far as this user may see; empty if unknown."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if descriptor.readlink().name in inodes:
                    name = (process / "comm").read_text().strip()
                    return f"process {process.name}, {name}"
    return ""


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                local, state, inode = columns[1], columns[3], columns[9]
                if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                    yield f"socket:[{inode}]"
