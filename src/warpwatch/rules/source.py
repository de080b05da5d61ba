"""Which exporter's word counts for a GPU, and under which labels.

Exporters name the node in labels of their own (`Hostname`, `hostname`, `kubernetes_node`, or only
in the target's address), and a GPU may be told of by two of them. One recorded series settles
both for each GPU: it stands for the exporter that is believed, ours before any other, and carries
the names that all neutral series have. Every neutral series is joined with it.
"""

from warpwatch.rules.model import Record

NAME = "gpu:source:info"

GPU = ("cluster", "node", "gpu", "uuid", "model")
"""The labels of a neutral series of a whole GPU."""
INSTANCE = (*GPU, "mig_id", "mig_profile")
"""Of one that MIG instances have for themselves; the last two are empty where there are none."""

_SEEN = '{__name__=~"DCGM_FI_DEV_(GPU_TEMP|FB_USED|POWER_USAGE|XID_ERRORS)", UUID!=""}'
"""By which it is seen that an exporter tells of a GPU: every list of counters has one of them, and
of a GPU that is off the bus the last is what remains.
"""
_OURS = "warpwatch_build_info"
"""On the page of our exporter and of no other."""
NODE = ("kubernetes_node", "hostname", "Hostname")
"""Where the node's name may stand; the later the better, and the address where nothing does."""


def record() -> Record:
    labels = ", ".join(("cluster", "job", "instance", "UUID", "modelName", *NODE))
    seen = f"group by ({labels}) ({_SEEN})"
    ours = f"{seen} and on (job, instance) {_OURS}"
    others = f"{seen} unless on (job, instance) {_OURS} unless on (UUID) ({ours})"
    return Record(
        name=NAME,
        expr=_named(f"({ours}) or ({others})"),
        help="The exporter that is believed about a GPU, and the GPU's names; the value is 1.",
    )


def joined(selector: str) -> str:
    """What the believed exporter says, with the GPU's names."""
    return f"{selector} * on (job, instance, UUID) group_left (node, uuid, model) {NAME}"


def placed(expr: str) -> str:
    """With the node's name: for what is of our exporter alone, readable or not."""
    expr = replaced(expr, "node", "instance", "(.*?)(?::[0-9]+)?")
    for label in NODE:
        expr = replaced(expr, "node", label)
    return expr


def replaced(expr: str, ours: str, theirs: str, pattern: str = "(.+)") -> str:
    return f'label_replace({expr}, "{ours}", "$1", "{theirs}", "{pattern}")'


def _named(expr: str) -> str:
    return replaced(replaced(placed(expr), "uuid", "UUID"), "model", "modelName")
