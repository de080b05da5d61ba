"""Labels under which each exporter names the same GPU, made one.

    node     Hostname | hostname | kubernetes_node | node | instance without its port
    uuid     UUID | uuid
    model    modelName
    gpu, GPU_I_ID, GPU_I_PROFILE, cluster, as they are

A GPU that two exporters tell of is told of once, and by ours: what an exporter of ours says is
known by warpwatch_build_info on the same target.
"""

GPU = ("cluster", "node", "gpu", "uuid", "model")
"""The labels of a neutral series of a whole GPU."""
INSTANCE = (*GPU, "mig_id", "mig_profile")

_NODE_FROM = ("kubernetes_node", "hostname", "Hostname")
"""The later the better."""


def renamed(expr: str) -> str:
    """With our labels beside those that the exporter gave."""
    expr = _from(expr, "node", "instance", "(.*?)(?::[0-9]+)?")
    for label in _NODE_FROM:
        expr = _from(expr, "node", label)
    for ours, theirs in (
        ("uuid", "UUID"),
        ("model", "modelName"),
        ("mig_id", "GPU_I_ID"),
        ("mig_profile", "GPU_I_PROFILE"),
    ):
        expr = _from(expr, ours, theirs)
    return expr


def _from(expr: str, ours: str, theirs: str, pattern: str = "(.+)") -> str:
    return f'label_replace({expr}, "{ours}", "$1", "{theirs}", "{pattern}")'


def by(labels: tuple[str, ...]) -> str:
    return f"by ({', '.join(labels)})"


def one_per(labels: tuple[str, ...], selector: str) -> str:
    """A value of each GPU, of one exporter: of ours if it tells of it, else of another."""
    ours = f"{selector} and on (job, instance) warpwatch_build_info"
    others = f"{selector} unless on (job, instance) warpwatch_build_info"
    return (
        f"max {by(labels)} ({renamed(ours)}) "
        f"or max {by(labels)} ({renamed(others)}) unless on (uuid) max by (uuid) "
        f"({_from(ours, 'uuid', 'UUID')})"
    )
