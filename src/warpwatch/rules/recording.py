"""What is looked at from afar: nodes, models, clusters, workloads, namespaces, teams.

Names are `level:metric:operation`, as in mixins. What is of owners is weighted by their share of
each GPU, so that a sum over owners is never more than the GPUs there are.
"""

from collections.abc import Iterator, Mapping

from warpwatch.rules import limits, owners, source
from warpwatch.rules.model import Group, Record

ACTIVITY = "gpu_instance:activity:ratio"
IDLE = 0.05
"""Below this share of activity a GPU that somebody has is idle."""

_PLACES: Mapping[str, tuple[str, ...]] = {
    "node": ("cluster", "node"),
    "model": ("cluster", "model"),
    "cluster": ("cluster",),
}
_OWNERS: Mapping[str, tuple[str, ...]] = {
    "workload": ("cluster", "workload_namespace", "workload_pod", "workload_job", "team"),
    "namespace": ("cluster", "workload_namespace", "team"),
    "team": ("cluster", "team"),
}
_AVERAGED = {
    "gpu:activity:ratio": ("activity:avg", "Mean activity of the GPUs."),
    "gpu:utilisation:ratio": ("utilisation:avg", "Mean share of the time in which a kernel ran."),
    "gpu:sm_active:ratio": ("sm_active:avg", "Mean share of cycles with work on an SM."),
    "gpu:tensor_active:ratio": ("tensor_active:avg", "Mean share of cycles on tensor pipes."),
    "gpu:dram_active:ratio": ("dram_active:avg", "Mean share of cycles with memory traffic."),
    "gpu:throttled:ratio": ("throttled:avg", "Mean share of the time slowed by heat or power."),
}
_SUMMED = {
    "gpu:power:watts": ("power_watts:sum", "Power drawn."),
    "gpu:memory_used:bytes": ("memory_used_bytes:sum", "GPU memory in use, of all GPUs."),
    "gpu:memory_total:bytes": ("memory_total_bytes:sum", "GPU memory there is, of all GPUs."),
    "gpu:pcie:bytes_per_second": ("pcie_bytes:sum", "PCIe traffic of all GPUs, both ways."),
    "gpu:nvlink:bytes_per_second": ("nvlink_bytes:sum", "NVLink traffic of all GPUs, both ways."),
    "gpu:allocated:ratio": ("allocated:sum", "GPUs that somebody has; parts count as parts."),
    "gpu:idle_allocated:ratio": ("idle_allocated:sum", "GPUs that somebody has and does not use."),
    "gpu:energy_joules:rate5m": (
        "energy_joules_rate5m:sum",
        "Power drawn, by the counters of energy.",
    ),
    "gpu:errors:increase1h": (
        "errors_increase1h:sum",
        "XIDs and uncorrected ECC errors of the last hour.",
    ),
}
_REASONS = {
    "power_cap": "by the power limit",
    "thermal_software": "for heat, gently",
    "thermal_hardware": "for heat, hard",
    "power_brake": "by the power supply",
}
QUANTILES = ("0.5", "0.99", "1")
"""The middle, all but one in a hundred, the worst."""
_SEEN = {
    "ecc_corrected": "gpu:ecc_corrected_volatile:total",
    "ecc_uncorrected": "gpu:ecc_uncorrected_volatile:total",
    "pcie_replay": "gpu:pcie_replays:total",
    "nvlink_replay": "gpu:nvlink_replay_errors:total",
    "nvlink_recovery": "gpu:nvlink_recovery_errors:total",
}
_OWNED = {
    "power_watts:sum": ("gpu:power:watts", "Power drawn by the share of GPUs that a {level} has."),
    "memory_used_bytes:sum": (
        "gpu:memory_used:bytes",
        "GPU memory in use on the share of GPUs that a {level} has.",
    ),
}
_ERRORS = {"xid": "gpu:xid_errors:total", "ecc": "gpu:ecc_uncorrected_volatile:total"}
_ENTITY = ", ".join(source.INSTANCE)
_GPU = "cluster, node, gpu, uuid"
"""What is known of a GPU even while it cannot be read."""
_DEVICE = "cluster, node, gpu, uuid, model"


def groups(team_label: str, teams: Mapping[str, str]) -> tuple[Group, ...]:
    return (
        Group(name="warpwatch-gpus", rules=tuple(_gpus())),
        Group(name="warpwatch-allocation", rules=tuple(_allocation(team_label, teams))),
        Group(name="warpwatch-places", rules=tuple(_places())),
        Group(name="warpwatch-owners", rules=tuple(_of_owners()), interval=60.0),
        Group(name="warpwatch-overview", rules=tuple(_overview()), interval=60.0),
    )


def _gpus() -> Iterator[Record]:
    yield Record(
        name=ACTIVITY,
        expr="gpu_instance:sm_active:ratio or gpu_instance:engine_active:ratio "
        "or gpu:utilisation:ratio",
        unit="ratio",
        help="How active a GPU or a MIG instance is, by the best that is known: its SMs, its "
        "engine, or the share of the time with any kernel.",
    )
    yield Record(
        name="gpu:activity:ratio",
        expr="gpu:sm_active:ratio or gpu:engine_active:ratio or gpu:utilisation:ratio",
        unit="ratio",
        help="How active a GPU is as a whole, by the best that is known: its SMs, its engine, or "
        "the share of the time with any kernel.",
    )
    yield Record(
        name="gpu:memory_total:bytes",
        expr="gpu:memory_used:bytes + gpu:memory_free:bytes",
        unit="bytes",
        help="GPU memory that can be used, free or not.",
    )
    yield Record(
        name="gpu:memory_used:ratio",
        expr="gpu:memory_used:bytes / (gpu:memory_total:bytes > 0)",
        unit="ratio",
        help="GPU memory in use, as a share of what can be used.",
    )
    yield Record(
        name="gpu:power_of_limit:ratio",
        expr="gpu:power:watts / (gpu:power_limit:watts > 0)",
        unit="ratio",
        help="Power drawn, as a share of what the board may draw.",
    )
    yield Record(
        name="gpu:pcie:bytes_per_second",
        expr="gpu:pcie_received:bytes_per_second + gpu:pcie_sent:bytes_per_second",
        unit="bytes_per_second",
        help="PCIe traffic of the GPU, both ways.",
    )
    yield from limits.records()
    yield from _added_up()
    yield from _throttled()


def _allocation(team_label: str, teams: Mapping[str, str]) -> Iterator[Record]:
    yield from owners.records(team_label, teams)
    yield from _allocated()


def _added_up() -> Iterator[Record]:
    yield Record(
        name="gpu:energy_joules:rate5m",
        expr="rate(gpu:energy:joules_total[5m])",
        unit="watts",
        help="Energy drawn a second, by the board's own counter: what a bill is made of.",
    )
    increases = {
        kind: f"sum by ({_GPU}) (increase({series}[1h]))" for kind, series in _ERRORS.items()
    }
    told = _side_by_side("kind", increases)
    yield Record(
        name="gpu:errors:increase1h",
        expr=f"sum by ({_GPU}) ({told})",
        unit="errors",
        help="XIDs and uncorrected ECC errors of the last hour; XIDs of our exporter alone.",
    )


def _throttled() -> Iterator[Record]:
    for reason, why in _REASONS.items():
        yield Record(
            name=f"gpu:throttled_{reason}:ratio",
            # What a rate adds for the edges of its window would make it more than all of the time.
            expr=f"clamp_max(rate(gpu:throttle_{reason}:seconds_total[5m]), 1)",
            unit="ratio",
            help=f"Share of the last five minutes in which the GPU was slowed {why}.",
        )
    shares = {reason: f"gpu:throttled_{reason}:ratio" for reason in _REASONS}
    together = _side_by_side("reason", shares)
    yield Record(
        name="gpu:throttled:ratio",
        expr=f"clamp_max(sum by ({_DEVICE}) ({together}), 1)",
        unit="ratio",
        help="Share of the last five minutes in which the GPU was slowed by heat or power.",
    )


def _allocated() -> Iterator[Record]:
    yield Record(
        name="gpu:allocated:ratio",
        expr=f"sum by ({_DEVICE}) ({owners.SHARE}) or 0 * gpu:memory_used:bytes",
        unit="ratio",
        help="How much of a GPU somebody has.",
    )
    idle = f"{owners.SHARE} and on ({_ENTITY}) ({ACTIVITY} < {IDLE})"
    yield Record(
        name="gpu:idle_allocated:ratio",
        expr=f"sum by ({_DEVICE}) ({idle}) or 0 * gpu:allocated:ratio",
        unit="ratio",
        help="How much of a GPU somebody has and does not use now.",
    )


def _places() -> Iterator[Record]:
    for level, labels in _PLACES.items():
        by = f"by ({', '.join(labels)})"
        yield Record(
            name=f"{level}:gpus:count",
            expr=f"count {by} (group by ({_DEVICE}) (gpu:memory_used:bytes or gpu:power:watts))",
            help="GPUs that an exporter tells of.",
        )
        if "model" not in labels:
            yield _unmetered(level)
        for series, (name, text) in _AVERAGED.items():
            yield Record(name=f"{level}:{name}", expr=f"avg {by} ({series})", help=text)
        for series, (name, text) in _SUMMED.items():
            yield Record(name=f"{level}:{name}", expr=f"sum {by} ({series})", help=text)
        yield Record(
            name=f"{level}:temperature_celsius:max",
            expr=f"max {by} (gpu:temperature:celsius)",
            help="Temperature of the hottest GPU.",
        )


def _unmetered(level: str) -> Record:
    """So that hours without readings are not taken for hours without work."""
    if level == "node":
        known = "max_over_time(node:gpus:count[1h])"
        expr = f"{known} - (node:gpus:count or 0 * {known})"
    else:
        expr = "sum by (cluster) (node:unmetered:sum)"
    return Record(
        name=f"{level}:unmetered:sum",
        expr=expr,
        unit="gpus",
        help="GPUs of which nothing is known now, and something was within the last hour.",
    )


def _overview() -> Iterator[Record]:
    """What boards of all GPUs draw over hours: few series, however many GPUs there are."""
    for reason, why in _REASONS.items():
        yield Record(
            name=f"cluster:throttled_{reason}:avg",
            expr=f"avg by (cluster) (gpu:throttled_{reason}:ratio)",
            help=f"Mean share of the time in which GPUs were slowed {why}.",
        )
    yield Record(
        name="cluster:activity:bucket",
        expr=_side_by_side("le", _spread()),
        unit="gpus",
        help="GPUs that are at most so active: a histogram.",
    )
    yield Record(
        name="job:gpus:count",
        expr=f"count by (cluster, job) ({source.NAME})",
        help="GPUs that the exporters of a job tell of.",
    )
    yield from _exporters()
    yield Record(
        name="node:collect_age_seconds:max",
        expr="max by (cluster, node) (gpu:collect_age:seconds)",
        help="Age of the oldest reading of a GPU of the node, by our own exporter.",
    )
    yield Record(
        name="node:nvlinks_up:min",
        expr="min by (cluster, node) (gpu:nvlinks_up:count)",
        help="NVLinks that are not down, of the node's GPU that has the fewest.",
    )
    some = {kind: f"increase({series}[5m]) > 0" for kind, series in _SEEN.items()}
    told = _side_by_side("kind", some)
    yield Record(
        name="gpu:errors_seen:increase5m",
        expr=f"sum by ({_GPU}, kind) ({told})",
        unit="errors",
        help="Errors of memory and links in five minutes, by kind; only of GPUs that had some.",
    )


def _exporters() -> Iterator[Record]:
    """What Prometheus says of the targets that tell of GPUs; it has many others."""
    theirs = "and on (cluster, job) job:gpus:count"
    yield Record(
        name="exporter:up:bool",
        expr=f"max by (cluster, job, instance) (up {theirs})",
        help="Whether an exporter of GPUs answered.",
    )
    for series, name, text in (
        ("scrape_duration_seconds", "scrape_seconds", "Time that exporters' pages took to come"),
        ("scrape_samples_scraped", "scrape_samples", "Samples on exporters' pages"),
    ):
        quantiles = {q: f"quantile by (cluster, job) ({q}, {series} {theirs})" for q in QUANTILES}
        yield Record(
            name=f"job:{name}:quantile",
            expr=_side_by_side("quantile", quantiles),
            help=f"{text}: the middle, all but one in a hundred, the worst.",
        )


def _spread() -> Mapping[str, str]:
    """Each bucket with all below it, and an empty one is there too."""
    bounds = {f"{tenth / 10:g}": f" <= {tenth / 10:g}" for tenth in range(1, 10)} | {"+Inf": ""}
    return {
        bound: f"count by (cluster) (gpu:activity:ratio{below}) or 0 * cluster:activity:avg"
        for bound, below in bounds.items()
    }


def _side_by_side(label: str, expressions: Mapping[str, str]) -> str:
    """One series for each, told apart by a label."""
    return " or ".join(
        f'label_replace({expr}, "{label}", "{value}", "", "")'
        for value, expr in expressions.items()
    )


def _of_owners() -> Iterator[Record]:
    for level, labels in _OWNERS.items():
        by = f"by ({', '.join(labels)})"
        yield Record(
            name=f"{level}:gpus:sum",
            expr=f"sum {by} ({owners.SHARE})",
            help=f"GPUs that a {level} has; parts count as parts.",
        )
        active = f"{owners.SHARE} * on ({_ENTITY}) group_left () {ACTIVITY}"
        yield Record(
            name=f"{level}:activity:avg",
            expr=f"sum {by} ({active}) / sum {by} ({owners.SHARE} and on ({_ENTITY}) {ACTIVITY})",
            help=f"Mean activity of the GPUs that a {level} has, where it is known.",
            unit="ratio",
        )
        idle = f"{owners.SHARE} and on ({_ENTITY}) ({ACTIVITY} < {IDLE})"
        yield Record(
            name=f"{level}:idle_gpus:sum",
            expr=f"sum {by} ({idle}) or 0 * {level}:gpus:sum",
            help=f"GPUs that a {level} has and does not use now.",
        )
        for name, (series, text) in _OWNED.items():
            share = f"{owners.SHARE} * on ({_DEVICE}) group_left () {series}"
            yield Record(
                name=f"{level}:{name}", expr=f"sum {by} ({share})", help=text.format(level=level)
            )
