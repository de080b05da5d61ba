"""Selectors, legends, links and steps that boards share; thresholds are those of the alerts."""

from dataclasses import replace

from warpwatch.dashboards.dashboard import PREFIX, Begin, Variable
from warpwatch.dashboards.panel import AMBER, GREEN, RED, Step
from warpwatch.rules import source
from warpwatch.rules.owners import INFO
from warpwatch.rules.thresholds import Thresholds

T = Thresholds()
WARM_CELSIUS = 70.0
"""Where a board works hard and is well; the alert's threshold is above it."""
RATE = "$__rate_interval"
FROM = "$__from / 1000"
"""Where the shown time begins; Grafana says it in milliseconds."""

CLUSTER = Variable(name="cluster", label="Cluster", query=f"label_values({source.NAME}, cluster)")
NODE = Variable(
    name="node", label="Node", query=f'label_values({source.NAME}{{cluster=~"$cluster"}}, node)'
)
ONE_NODE = replace(NODE, begin=Begin.FIRST)
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
POD = Variable(
    name="pod",
    label="Pod",
    query=f'label_values({INFO}{{cluster=~"$cluster", workload_namespace=~"$namespace"}}, '
    "workload_pod)",
)
JOB = Variable(
    name="job",
    label="Job",
    query=f'label_values({INFO}{{cluster=~"$cluster", workload_namespace=~"$namespace", '
    'workload_pod=~"$pod"}, workload_job)',
)
ONE_POD = replace(POD, begin=Begin.FIRST)
ONE_JOB = replace(JOB, begin=Begin.FIRST)
"""Of the chosen pod; where there are no pods, as under Slurm, of all jobs."""

IN_CLUSTER = 'cluster=~"$cluster"'
ON_NODE = 'cluster=~"$cluster", node=~"$node"'
OF_GPU = 'cluster=~"$cluster", node=~"$node", gpu=~"$gpu"'
IN_NAMESPACE = 'cluster=~"$cluster", workload_namespace=~"$namespace"'
OF_WORK = f'{IN_NAMESPACE}, workload_pod=~"$pod", workload_job=~"$job"'

LEGEND = "{{node}} · GPU {{gpu}}"

WARM = (Step(0, GREEN), Step(WARM_CELSIUS, AMBER), Step(T.hot_celsius, RED))
MARGIN = (Step(-50, RED), Step(0, AMBER), Step(T.limit_margin_celsius, GREEN))
FULL = (Step(0, GREEN), Step(0.75, AMBER), Step(T.memory_full_ratio, RED))
BUSY = (Step(0, RED), Step(T.idle_ratio, AMBER), Step(T.underused_ratio, GREEN))
"""Of what is paid for: idle is what is wrong with it."""
NONE_GOOD = (Step(0, GREEN), Step(1, RED))
THROTTLED = (Step(0, GREEN), Step(0.01, AMBER), Step(T.throttled_ratio, RED))

_TIME = "${__url_time_range}"


def firing(matchers: str) -> str:
    return f'ALERTS{{alertstate="firing", {matchers}}}'


def to_gpu(node: str = "${__field.labels.node}", gpu: str = "${__field.labels.gpu}") -> str:
    return f"/d/{PREFIX}gpu?var-node={node}&var-gpu={gpu}&{_TIME}"


def to_node(node: str = "${__field.labels.node}") -> str:
    return f"/d/{PREFIX}node?var-node={node}&{_TIME}"


def to_pod(namespace: str, pod: str) -> str:
    return f"/d/{PREFIX}workload?var-namespace={namespace}&var-pod={pod}&{_TIME}"


def to_job(job: str) -> str:
    """One of Slurm, which has no pod."""
    return f"/d/{PREFIX}workload?var-pod=&var-job={job}&{_TIME}"
