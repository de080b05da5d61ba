"""The programs of a stack: what they are called, where Debian has them, how old they may be."""

from dataclasses import dataclass

from warpwatch.stack.version import Version

ANY = Version(0, 0)


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    commands: tuple[str, ...]
    """Debian calls some of them otherwise."""
    package: str = ""
    """Of Debian and Ubuntu; empty where they have none."""
    oldest: Version = ANY
    since: str = ""
    """What the oldest version has that older ones lack."""


PROMETHEUS = Tool(
    "prometheus", ("prometheus",), "prometheus", Version(2, 42), "keep_firing_for in rules"
)
ALERTMANAGER = Tool(
    "alertmanager",
    ("alertmanager", "prometheus-alertmanager"),
    "prometheus-alertmanager",
    Version(0, 25),
    "time_intervals with a location",
)
NODE_EXPORTER = Tool(
    "node_exporter",
    ("node_exporter", "prometheus-node-exporter"),
    "prometheus-node-exporter",
    Version(1, 0),
    "today's names of metrics",
)
PROMTOOL = Tool("promtool", ("promtool",), "prometheus")
AMTOOL = Tool("amtool", ("amtool",), "prometheus-alertmanager")
GRAFANA = Tool("grafana", ("grafana",), "", Version(10, 0), "dashboards of schema 39")
"""Nobody's package: it runs where it is found, and is not missed elsewhere."""

TOOLS = (PROMETHEUS, ALERTMANAGER, NODE_EXPORTER, PROMTOOL, AMTOOL, GRAFANA)
