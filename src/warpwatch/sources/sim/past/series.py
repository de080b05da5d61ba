"""A past as the series that rules would have recorded: what looks back for weeks reads no other.

Names and labels are those of the rules, which stand above this room; a test holds them together.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan

from warpwatch.expo.text import Pair
from warpwatch.samples.owner import Owner
from warpwatch.sources.sim.fleet import SimNode
from warpwatch.sources.sim.past.detail import Closeup
from warpwatch.sources.sim.past.replay import Course, Past, Share

Labels = tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    labels: Labels
    values: Sequence[float]
    """One for each time from the first on; not a number where there is none."""
    digits: int = 3
    first: int = 0
    """To which time the first value belongs."""


_GPU: tuple[tuple[str, Callable[[Course], Sequence[float]], int], ...] = (
    ("gpu:activity:ratio", lambda course: course.activity, 3),
    ("gpu:power:watts", lambda course: course.power, 1),
    ("gpu:temperature:celsius", lambda course: course.temperature, 0),
    ("gpu:memory_used:bytes", lambda course: course.used, 0),
)
_SUMS: tuple[tuple[str, Callable[[Course], Sequence[float]], int], ...] = (
    ("power_watts:sum", lambda course: course.power, 1),
    ("memory_used_bytes:sum", lambda course: course.used, 0),
    ("allocated:sum", lambda course: course.allocated, 3),
    ("idle_allocated:sum", lambda course: course.idle, 3),
)

_TRAFFIC = (
    ("pcie_bytes", ("gpu:pcie_received:bytes_per_second", "gpu:pcie_sent:bytes_per_second")),
    ("nvlink_bytes", ("gpu:nvlink:bytes_per_second",)),
)


def series(past: Past) -> Iterator[Series]:
    for (node, index), course in past.courses.items():
        labels = _named(
            node=node.name, gpu=str(index), uuid=_uuid(node, index), model=_model(node, index)
        )
        for name, of, digits in _GPU:
            yield Series(name, labels, of(course), digits)
        if past.close < len(past.times):
            yield from _close(past.closeups[node, index], labels, past.close)
    yield from _places(past)
    if past.close < len(past.times):
        yield from _traffic(past)
    yield from _owned(past)


def _close(closeup: Closeup, labels: Labels, first: int) -> Iterator[Series]:
    for detail, values in closeup.courses.items():
        yield Series(detail.name, labels, values, detail.digits, first)
    for tenant, (came, there) in closeup.tenants.items():
        owner, instance = tenant.owner, tenant.instance
        whose = _named(
            mig_id=str(instance.id) if instance else "",
            mig_profile=instance.profile if instance else "",
            workload_namespace=owner.namespace,
            workload_pod=owner.pod,
            workload_container=owner.container,
            team=owner.team,
        )
        yield Series("gpu_owner:workload:info", (*labels, *whose), there, 0, first + came)


def _traffic(past: Past) -> Iterator[Series]:
    """Of each node, as its page draws it."""
    nodes: dict[SimNode, list[Closeup]] = {}
    for (node, _), closeup in past.closeups.items():
        nodes.setdefault(node, []).append(closeup)
    for node, closeups in nodes.items():
        for name, of in _TRAFFIC:
            courses = [
                course
                for closeup in closeups
                for detail, course in closeup.courses.items()
                if detail.name in of
            ]
            if courses:
                total = _columns(courses, sum)
                yield Series(f"node:{name}:sum", _named(node=node.name), total, 0, past.close)


def _places(past: Past) -> Iterator[Series]:
    by_place: dict[tuple[str, Labels], list[Course]] = {}
    for (node, index), course in past.courses.items():
        for place in (
            ("node", _named(node=node.name)),
            ("model", _named(model=_model(node, index))),
            ("cluster", ()),
        ):
            by_place.setdefault(place, []).append(course)
    for (level, labels), courses in by_place.items():
        there = _columns((course.activity for course in courses), _count)
        yield Series(f"{level}:gpus:count", labels, there, 0)
        mean = _columns((course.activity for course in courses), _mean)
        yield Series(f"{level}:activity:avg", labels, mean)
        hottest = _columns((course.temperature for course in courses), max)
        yield Series(f"{level}:temperature_celsius:max", labels, hottest, 0)
        for name, of, digits in _SUMS:
            total = _columns((of(course) for course in courses), sum)
            yield Series(f"{level}:{name}", labels, total, digits)


def _columns(
    rows: Iterable[Sequence[float]], worked_out: Callable[[Sequence[float]], float]
) -> list[float]:
    """Of what is known of each time; nothing where nothing is."""
    found = []
    for column in zip(*rows, strict=True):
        known = column
        if isnan(sum(column)):
            known = tuple(value for value in column if not isnan(value))
        found.append(worked_out(known) if known else nan)
    return found


def _count(values: Sequence[float]) -> float:
    return len(values)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _owned(past: Past) -> Iterator[Series]:
    sums: dict[tuple[str, Labels], Share] = {}
    for owner, share in past.shares.items():
        (level, labels), *larger = _levels(owner)
        yield from _of_share(level, labels, share)
        for place in larger:
            if place not in sums:
                sums[place] = _nothing(len(past.times))
            _join(sums[place], share)
    for (level, labels), total in sums.items():
        yield from _of_share(level, labels, total)


def _nothing(length: int) -> Share:
    share = Share(0)
    share.add(length - 1, 0.0, 1.0, 0.0, 0.0)
    return share


def _join(to: Share, share: Share) -> None:
    for name in ("gpus", "active", "idle", "power", "used"):
        sums = getattr(to, name)
        for position, value in enumerate(getattr(share, name), share.first):
            sums[position] += value


def _of_share(level: str, labels: Labels, share: Share) -> Iterator[Series]:
    """Of an owner that has nothing there is nothing, not zero."""
    there = [many or nan for many in share.gpus]
    mean = [one / many for one, many in zip(share.active, there, strict=True)]
    yield Series(f"{level}:gpus:sum", labels, there, first=share.first)
    yield Series(f"{level}:activity:avg", labels, mean, first=share.first)
    for name, values, digits in (
        ("idle_gpus:sum", share.idle, 3),
        ("power_watts:sum", share.power, 1),
        ("memory_used_bytes:sum", share.used, 0),
    ):
        known = [nan if isnan(many) else value for value, many in zip(values, there, strict=True)]
        yield Series(f"{level}:{name}", labels, known, digits, share.first)


def _levels(owner: Owner) -> Iterator[tuple[str, Labels]]:
    """As the living fleet's pages tell of it: of who has a pod, no job and no user."""
    yield (
        "workload",
        _named(workload_namespace=owner.namespace, workload_pod=owner.pod, team=owner.team),
    )
    yield "namespace", _named(workload_namespace=owner.namespace, team=owner.team)
    yield "team", _named(team=owner.team)


def _named(**labels: str) -> Labels:
    """An empty label is none."""
    return tuple((name, value) for name, value in labels.items() if value)


def _uuid(node: SimNode, index: int) -> str:
    return node.source.gpus[index].state.entity.uuid


def _model(node: SimNode, index: int) -> str:
    return node.source.gpus[index].state.entity.model
