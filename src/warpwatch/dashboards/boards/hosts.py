"""The machines around the GPUs, by node_exporter: who feeds them, and whether he can."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Begin, Dashboard, Row, Variable
from warpwatch.dashboards.panel import AMBER, GREEN, RED, Query, Step, Text, TimeSeries, Unit

HOST = Variable(
    name="host", label="Host", query="label_values(node_uname_info, instance)", begin=Begin.FIRST
)
_ON = 'instance=~"$host"'
_BROKEN = w.firing('family=~"hardware|thermal|monitoring"')
# GPUs go by the name of their node, hosts by the address of their exporter: the kernel knows both.
_NAMED = f'label_replace(node_uname_info{{{_ON}}}, "node", "$1", "nodename", "(.+)")'
_DISKS = f'fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660", {_ON}'
_NETS = f'device!~"lo|veth.*|docker.*|cni.*|cali.*", {_ON}'
_RATE = w.RATE
_FILLING = (Step(0, GREEN), Step(w.T.disk_ratio, AMBER), Step(0.95, RED))
_HOST = "{{instance}}"


def _by_host(counter: str) -> str:
    return f"sum by (instance) (rate({counter}[{_RATE}]))"


def _mode(modes: str) -> str:
    return (
        f'sum by (instance) (rate(node_cpu_seconds_total{{mode=~"{modes}", {_ON}}}[{_RATE}]))'
        f' / count by (instance) (node_cpu_seconds_total{{mode="idle", {_ON}}})'
    )


BOARD = Dashboard(
    name="hosts",
    title="GPUs: host resources",
    description="The machines around the GPUs: who feeds them, and whether he can.",
    variables=(HOST,),
    alerts=f"{_BROKEN} and on (node) {_NAMED}",
    rows=(
        Row(
            "Processors and memory",
            (
                Text(
                    title="How to read this",
                    content="GPUs that wait for data show here: **processors full** (more workers "
                    "that load data, or fewer transformations), **waiting for disks** (nearer or "
                    "faster storage), **network at its limit**. Then their PCIe is quiet and their "
                    "activity comes in bursts.",
                ),
                TimeSeries(
                    title="Processors",
                    description="Share of all processors that worked.",
                    queries=(
                        Query(expr=_mode("user|system|nice|irq|softirq|steal"), legend=_HOST),
                    ),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                ),
                TimeSeries(
                    title="Waiting for disks",
                    description="Share of all processors with nothing to do but to wait for disks.",
                    queries=(Query(expr=_mode("iowait"), legend=_HOST),),
                    unit=Unit.RATIO,
                    low=0,
                ),
                TimeSeries(
                    title="Memory in use",
                    description="Share of the host's memory that is not available.",
                    queries=(
                        Query(
                            expr=f"1 - node_memory_MemAvailable_bytes{{{_ON}}}"
                            f" / node_memory_MemTotal_bytes{{{_ON}}}",
                            legend=_HOST,
                        ),
                    ),
                    unit=Unit.RATIO,
                    low=0,
                    high=1,
                    steps=_FILLING,
                ),
                TimeSeries(
                    title="Load of each processor",
                    description="Tasks that run or wait to, by the number of processors; above 1 "
                    "some wait.",
                    queries=(
                        Query(
                            expr=f"sum by (instance) (node_load1{{{_ON}}}) / count by (instance) "
                            f'(node_cpu_seconds_total{{mode="idle", {_ON}}})',
                            legend=_HOST,
                        ),
                    ),
                    unit=Unit.NONE,
                    width=12,
                    low=0,
                    steps=(Step(0, GREEN), Step(1, AMBER)),
                ),
                TimeSeries(
                    title="File systems in use",
                    description="Share of each file system in use; at 1 nothing can be written.",
                    queries=(
                        Query(
                            expr=f"1 - node_filesystem_avail_bytes{{{_DISKS}}}"
                            f" / node_filesystem_size_bytes{{{_DISKS}}}",
                            legend="{{instance}} {{mountpoint}}",
                        ),
                    ),
                    unit=Unit.RATIO,
                    width=12,
                    low=0,
                    high=1,
                    steps=_FILLING,
                ),
            ),
        ),
        Row(
            "Disks and networks",
            (
                TimeSeries(
                    title="Read from disks",
                    description="Bytes read a second; of a training these are its data.",
                    queries=(
                        Query(
                            expr=_by_host(f"node_disk_read_bytes_total{{{_ON}}}"),
                            legend=_HOST,
                        ),
                    ),
                    unit=Unit.BYTES_PER_SECOND,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Written to disks",
                    description="Bytes written a second; of a training these are checkpoints.",
                    queries=(
                        Query(
                            expr=_by_host(f"node_disk_written_bytes_total{{{_ON}}}"),
                            legend=_HOST,
                        ),
                    ),
                    unit=Unit.BYTES_PER_SECOND,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Network",
                    description="Bytes received and sent a second, over all networks.",
                    queries=tuple(
                        Query(
                            expr=_by_host(f"node_network_{way}_bytes_total{{{_NETS}}}"),
                            legend=f"{text} {_HOST}",
                        )
                        for way, text in (("receive", "received"), ("transmit", "sent"))
                    ),
                    unit=Unit.BYTES_PER_SECOND,
                    width=12,
                    low=0,
                ),
                TimeSeries(
                    title="Errors of networks",
                    description="Packets with errors a second; any is a cable, a port or a card.",
                    queries=tuple(
                        Query(
                            expr=_by_host(f"node_network_{way}_errs_total{{{_NETS}}}"),
                            legend=f"{text} {_HOST}",
                        )
                        for way, text in (("receive", "received"), ("transmit", "sent"))
                    ),
                    unit=Unit.PER_SECOND,
                    width=12,
                    low=0,
                    steps=(Step(0, GREEN), Step(0.01, RED)),
                ),
            ),
        ),
    ),
)
