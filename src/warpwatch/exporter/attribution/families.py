"""What the page says of whose work it is, beside labels on series.

One small series for each workload on each GPU: a large fleet joins with it instead of having its
labels on every series, which multiplies series with every new pod.
"""

from collections.abc import Callable, Iterator

from warpwatch.expo.text import Family, Pair, join
from warpwatch.exporter.attribution.stage import Health
from warpwatch.exporter.own import Own, Samples, of
from warpwatch.exporter.view import View
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Use

LabelsOfPod = Callable[[Owner, frozenset[str]], tuple[Pair, ...]]


def workloads(labels_of_pod: LabelsOfPod) -> tuple[Own, ...]:
    def info(view: View) -> Samples:
        for labels, reading in view.readings:
            for owner in dict.fromkeys(reading.owners):
                told = _identity(owner)
                more = labels_of_pod(owner, frozenset())
                yield f"{labels.brief},{join((*told, *more))}", 1

    return (
        _family(
            "workload_info",
            "A workload that has the GPU: a pod's container, a batch job, a container or a user. "
            "To be joined with: the value is 1.",
            info,
        ),
        _family(
            "workload_gpu_memory_bytes",
            "Memory of the GPU that the processes of a workload hold.",
            _uses(lambda use: use.memory),
        ),
        _family(
            "workload_sm_ratio",
            "Share of the time in which kernels of a workload ran (0 to 1); absent under MIG.",
            _uses(lambda use: use.sm),
        ),
    )


def stages(health: Callable[[], tuple[Health, ...]]) -> tuple[Own, ...]:
    """How those that ask others fare."""

    def success(view: View) -> Samples:
        del view
        for each in health():
            yield join((("stage", each.name),)), int(each.success)

    def age(view: View) -> Samples:
        del view
        for each in health():
            if each.age is not None:
                yield join((("stage", each.name),)), each.age

    return (
        _family(
            "attribution_success",
            "Whether a stage that asks others whose work it is has just had an answer.",
            success,
        ),
        _family(
            "attribution_age_seconds",
            "Time since a stage last had an answer; absent before the first.",
            age,
        ),
    )


def _uses(figure: Callable[[Use], int | float | None]) -> Callable[[View], Samples]:
    def samples(view: View) -> Samples:
        for labels, reading in view.readings:
            for use in reading.uses:
                value = figure(use)
                if value is not None:
                    yield f"{labels.brief},{join(_identity(use.owner))}", value

    return samples


def _identity(owner: Owner) -> tuple[Pair, ...]:
    return tuple(_pairs(owner))


def _pairs(owner: Owner) -> Iterator[Pair]:
    yield "kind", _kind(owner)
    for name in ("pod", "namespace", "container", "pod_uid", "vgpu", "hpc_job", "user"):
        value = getattr(owner, name)
        if value:
            yield name, value
    if owner.claim is not None:
        yield "dra_claim_name", owner.claim.name
        yield "dra_device_name", owner.claim.device


def _kind(owner: Owner) -> str:
    if owner.pod:
        return "pod"
    if owner.hpc_job:
        return "job"
    return "container" if owner.container else "user"


def _family(name: str, text: str, samples: Callable[[View], Samples]) -> Own:
    return of(Family(f"warpwatch_{name}", "gauge", text), samples)
