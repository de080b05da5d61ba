"""What there is to look at."""

from collections.abc import Callable
from dataclasses import dataclass

from warpwatch.clients.alertmanager.client import Alertmanager
from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.web import Web
from warpwatch.clock import Clock
from warpwatch.doctor.finding import Findings
from warpwatch.fields import events, memory, power, temperature
from warpwatch.rules.render import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    clock: Clock
    rules: Options
    """As they should be there."""
    page: Web | None = None
    """An exporter, or a fleet of them."""
    path: str = "/metrics"
    """Of its page, or of its list of targets where that ends in /sd."""
    prometheus: Prometheus | None = None
    alertmanager: Alertmanager | None = None
    grafana: Web | None = None
    disk: str = ""
    """That the stack which runs here has little room; empty while it has enough."""
    deliver: bool = False
    """Whether a test alert is handed in and its way followed."""


Check = Callable[[Pipe], Findings]

NAMES = tuple(
    field.name
    for field in (
        temperature.GPU_TEMP,
        memory.FB_USED,
        power.POWER_USAGE,
        events.XID_ERRORS,
    )
)
"""Of these every list of counters has one, whoever made the exporter."""
SEEN = f'{{__name__=~"{"|".join(NAMES)}"}}'
"""By which it is seen that an exporter tells of a GPU."""
