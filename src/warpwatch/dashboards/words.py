"""Selectors, legends, links and steps that boards share; thresholds are those of the alerts."""

from warpwatch.dashboards.dashboard import PREFIX, Variable
from warpwatch.dashboards.panel import AMBER, GREEN, RED, Step
from warpwatch.rules import source
from warpwatch.rules.owners import INFO
from warpwatch.rules.thresholds import Thresholds

T = Thresholds()
WARM_CELSIUS = 70.0
"""Where a board works hard and is well; the alert's threshold is above it."""
RATE = "$__rate_interval"

CLUSTER = Variable(name="cluster", label="Cluster", query=f"label_values({source.NAME}, cluster)")
NODE = Variable(
    name="node", label="Node", query=f'label_values({source.NAME}{{cluster=~"$cluster"}}, node)'
)
GPU = Variable(
    name="gpu",
    label="GPU",
    query=f'label_values({source.NAME}{{cluster=~"$cluster", node=~"$node"}}, gpu)',
)
NAMESPACE = Variable(
    name="namespace",
    label="Namespace",
    query=f'label_values({INFO}{{cluster=~"$cluster"}}, workload_namespace)',
)
JOB = Variable(
    name="workload",
    label="Pod or job",
    query=f'label_values({INFO}{{cluster=~"$cluster", workload_namespace=~"$namespace"}}, '
    "workload_pod)",
)

IN_CLUSTER = 'cluster=~"$cluster"'
ON_NODE = 'cluster=~"$cluster", node=~"$node"'
OF_GPU = 'cluster=~"$cluster", node=~"$node", gpu=~"$gpu"'
OF_WORK = 'cluster=~"$cluster", workload_namespace=~"$namespace", workload_pod=~"$workload"'

LEGEND = "{{node}} · GPU {{gpu}}"

WARM = (Step(0, GREEN), Step(WARM_CELSIUS, AMBER), Step(T.hot_celsius, RED))
MARGIN = (Step(-50, RED), Step(0, AMBER), Step(T.limit_margin_celsius, GREEN))
FULL = (Step(0, GREEN), Step(0.75, AMBER), Step(T.memory_full_ratio, RED))
BUSY = (Step(0, RED), Step(T.idle_ratio, AMBER), Step(T.underused_ratio, GREEN))
"""Of what is paid for: idle is what is wrong with it."""
NONE_GOOD = (Step(0, GREEN), Step(1, RED))
THROTTLED = (Step(0, GREEN), Step(0.01, AMBER), Step(T.throttled_ratio, RED))

_TIME = "${__url_time_range}"


def to_gpu(node: str = "${__field.labels.node}", gpu: str = "${__field.labels.gpu}") -> str:
    return f"/d/{PREFIX}gpu?var-node={node}&var-gpu={gpu}&{_TIME}"


def to_node(node: str = "${__field.labels.node}") -> str:
    return f"/d/{PREFIX}node?var-node={node}&{_TIME}"


def to_work(pod: str = "${__field.labels.workload_pod}") -> str:
    return f"/d/{PREFIX}workloads?var-workload={pod}&{_TIME}"
