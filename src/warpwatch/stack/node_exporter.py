"""node_exporter: it has no configuration but its command line."""

from collections.abc import Sequence

from warpwatch.stack.binaries import Binary


def command(binary: Binary, listen: str) -> Sequence[str]:
    return [str(binary.path), f"--web.listen-address={listen}"]
