"""A picture of what a Prometheus says, by neutral series alone: so it is that of any exporter."""

import asyncio
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from warpwatch.clients.prometheus.client import Prometheus
from warpwatch.clients.prometheus.results import Labels, Point, Sample
from warpwatch.rules import owners, source
from warpwatch.terminal.choosing import Item, words
from warpwatch.terminal.figures import ACTIVITY, GPU, INSTANCE, NODE, TEMPERATURE, WORK, Figure
from warpwatch.terminal.picture import OK, Figures, Picture, Place, Process, Row, Since, Work

STALE = 150.0
"""Seconds; rules are worked out twice a minute, and one time may fail."""
PROCESSES = 500
"""Shown at most, those with most memory."""
_STATES = ("gpu:collect_success:bool", "gpu:collect_age:seconds", "gpu:hung:bool")
_NO_RULES = (
    "no neutral series of a GPU: give that Prometheus the rules of `warpwatch rules render`, "
    "and look with `warpwatch doctor`"
)
_NOBODY = "no exporter tells of any GPU now: look with `warpwatch doctor`"
GONE = "gone"
"""The state of a GPU that nobody tells of any more, while it is known whose it was."""
_SIMULATED = (
    f"group by (cluster, node) (last_over_time({source.NAME}[{owners.FOR}]) and on (job, instance) "
    f'last_over_time(warpwatch_source_info{{simulated="true"}}[{owners.FOR}]))'
)
"""By exporter: it alone knows, and its node is that of its GPUs; for as long as its last owners."""
_AGE = f"time() - max(timestamp({source.NAME}))"
_HISTORY, _STEP, _MOST_HISTORY = 1800.0, 30.0, 1000

_DAY, _STEPS = 86_400.0, 300.0
"""Seconds that are looked back for when a job began, and between two looks."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Where:
    """What is asked of the server: less than all where somebody wants less."""

    node: str = ""

    def __str__(self) -> str:
        return f", node={_quoted(self.node)}" if self.node else ""


ANYWHERE = Where()


async def picture(server: Prometheus, now: float, where: Where, *, parts: bool) -> Picture:
    """`parts`: with MIG instances."""
    names = "|".join((source.NAME, *_STATES, *(figure.series for figure in GPU)))
    questions = [
        f'{{__name__=~"{names}"{where}}}',
        owners.last(f"{{{str(where)[2:]}}}") if where.node else owners.LAST,
        f'ALERTS{{alertstate="firing", node!=""{where}}}',
        _SIMULATED,
        _AGE,
        f"topk({PROCESSES}, warpwatch_process_gpu_memory_bytes)",
    ]
    if parts:
        names = "|".join(figure.series for figure in INSTANCE)
        questions.append(f'{{__name__=~"{names}", mig_id!=""{where}}}')
    answers = await asyncio.gather(*map(server.query, questions))
    told, owned, alerts, invented, age, processes, *divided = [each.data for each in answers]
    rows = _rows(told, owned, alerts, divided[0] if divided else ())
    old = age[0].value if age else None
    warnings = dict.fromkeys(text for each in answers for text in each.warnings)
    return Picture(
        origin=server.url,
        time=now,
        simulated=_simulated(invented, rows),
        rows=rows,
        processes=tuple(_processes(processes, rows)),
        alerts={place[:2]: names for place, names in _firing(alerts).items() if not place[2]},
        note=_note(rows, old, tuple(warnings), where),
        age=old,
    )


def _note(rows: Sequence[Row], age: float | None, warnings: Sequence[str], where: Where) -> str:
    if age is None:
        return _NOBODY if rows else _NO_RULES
    if age > STALE:
        return f"what is told is {age:.0f} s old: the rules there are not worked out any more"
    if not rows:
        return f"no GPU{f' on node {where.node}' if where.node else ''}"
    return "; ".join(warnings)


async def before(
    server: Prometheus, now: float, rows: int, where: Where
) -> Mapping[tuple[str, str, str, str], list[float]]:
    """Of so many GPUs that it would be too much to ask for, nothing."""
    if not 0 < rows <= _MOST_HISTORY:
        return {}
    asked = f"{ACTIVITY.series}{{{str(where)[2:]}}}"
    found = (await server.query_range(asked, now - _HISTORY, now, _STEP)).data
    return {(*_key(each.labels), ""): _even(each.points, now) for each in found}


def _even(points: Sequence[Point], now: float) -> list[float]:
    """One for each step up to now, as what is missing is left out of an answer."""
    known = {round((now - time) / _STEP): float(value) for time, value in points}
    return [known.get(step, math.nan) for step in range(max(known, default=-1), -1, -1)]


async def nodes(server: Prometheus, where: Where) -> Mapping[tuple[str, str], Figures]:
    names = "|".join(each.figure.series for each in NODE)
    told = (await server.query(f'{{__name__=~"{names}"{where}}}')).data
    found = _by(told, [each.figure for each in NODE], ("cluster", "node"))
    return {(cluster, node): figures for (cluster, node), figures in found.items()}


async def works(server: Prometheus) -> Mapping[Place, Figures]:
    """By cluster and by whose they are, but for the user, whom the rules do not tell apart."""
    names = "|".join(each.figure.series for each in WORK)
    told = (await server.query(f'{{__name__=~"{names}"}}')).data
    labels = ("cluster", "workload_namespace", "workload_pod", "workload_job")
    found = _by(told, [each.figure for each in WORK], labels)
    return {(cluster, space, pod, job): each for (cluster, space, pod, job), each in found.items()}


async def since(server: Prometheus, now: float, job: Item) -> Since | None:
    """By its owner's series, to five minutes; what it had before the GPUs were told of at all is
    not known.
    """
    whose = {
        "cluster": job["cluster"],
        **{f"workload_{name}": job[name] for name in ("namespace", "pod", "job", "user")},
    }
    theirs = ", ".join(f"{name}={_quoted(str(value))}" for name, value in whose.items())
    nodes = "|".join(map(re.escape, words(job["nodes"])))
    place = f"cluster={_quoted(str(job['cluster']))}, node=~{_quoted(nodes)}"
    answers = await asyncio.gather(
        server.query(_first(f"{owners.SHARE}{{{theirs}}}")),
        server.query(_first(f"{source.NAME}{{{place}}}")),
    )
    began, seen = (each.data[0].value if each.data else None for each in answers)
    if began is None:
        return None
    earliest = max(now - _DAY, began if seen is None else seen)
    return Since(began, before=began <= earliest + _STEPS)


def _first(series: str) -> str:
    """What began since the last step has shorter steps, and what began just now is here now."""
    times = f"timestamp({series})"
    return (
        f"min(min_over_time({times}[{_DAY:.0f}s:{_STEPS:.0f}s]) "
        f"or min_over_time({times}[{_STEPS:.0f}s:15s]) or {times})"
    )


def _by(
    told: Iterable[Sample], figures: Sequence[Figure], labels: Sequence[str]
) -> Mapping[tuple[str, ...], dict[str, float]]:
    keys = {figure.series: figure.key for figure in figures}
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for sample in told:
        place = tuple(sample.labels.get(name, "") for name in labels)
        if not math.isnan(sample.value):
            found.setdefault(place, {})[keys[sample.labels["__name__"]]] = sample.value
    return found


def _rows(
    told: Sequence[Sample],
    owned: Sequence[Sample],
    alerts: Sequence[Sample],
    divided: Sequence[Sample],
) -> tuple[Row, ...]:
    keys = {figure.series: figure.key for figure in (*GPU, *INSTANCE)}
    names: dict[Key, Labels] = {}
    """Not every series has all of them."""
    parts: dict[tuple[str, str, str, str], str] = {}
    figures: dict[tuple[str, str, str, str], dict[str, float]] = {}
    states: dict[Key, dict[str, float]] = {}
    for sample in (*told, *divided):
        labels, series = sample.labels, sample.labels["__name__"]
        names[_key(labels)] = names.get(_key(labels), {}) | labels
        place = (*_key(labels), labels.get("mig_id", ""))
        # Of a GPU that hangs its state is all that there is.
        parts[place] = labels.get("mig_profile", "")
        if series in _STATES:
            states.setdefault(_key(labels), {})[series] = sample.value
            continue
        if series in keys and not math.isnan(sample.value):
            figures.setdefault(place, {})[keys[series]] = sample.value
    works, firing = _works(owned), _firing(alerts)
    gone = {
        _key(sample.labels): sample.labels for sample in owned if _key(sample.labels) not in names
    }
    names |= gone
    parts |= {(*key, ""): "" for key in gone}
    rows = {place: _row(names[place[:3]], place[3], profile) for place, profile in parts.items()}
    return tuple(
        replace(
            row,
            figures=figures.get(place, {}),
            state=GONE if place[:3] in gone else _state(states.get(place[:3], {})),
            age=states.get(place[:3], {}).get("gpu:collect_age:seconds"),
            works=_whose(
                works.get(place[:3], ()),
                place[3],
                last=TEMPERATURE.key not in figures.get((*place[:3], ""), {}),
            ),
            alerts=() if place[3] else firing.get((place[0], place[1], row.gpu), ()),
        )
        for place, row in sorted(rows.items(), key=lambda item: order(item[1]))
    )


def order(row: Row) -> tuple[object, ...]:
    """Nodes by name, GPUs by number, and under each its instances."""

    def counted(text: str) -> tuple[int, str]:
        return (int(text), "") if text.isdecimal() else (1 << 30, text)

    below = (0, counted(row.instance)) if row.instance else (-1, (0, ""))
    return row.cluster, row.node, counted(row.gpu), row.gpu, below


def _row(labels: Labels, instance: str, profile: str) -> Row:
    return Row(
        cluster=labels.get("cluster", ""),
        node=labels.get("node", ""),
        gpu=labels.get("gpu", ""),
        uuid=labels.get("uuid", ""),
        model=labels.get("model", ""),
        instance=instance,
        profile=profile,
    )


def _key(labels: Labels) -> Key:
    return labels.get("cluster", ""), labels.get("node", ""), labels.get("uuid", "")


def _state(said: Mapping[str, float]) -> str:
    """Of exporters that do not tell, nothing is known: that is not well."""
    if said.get("gpu:hung:bool"):
        return "hung"
    success = said.get("gpu:collect_success:bool")
    return "" if success is None else OK if success else "no reading"


def _works(owned: Sequence[Sample]) -> Mapping[Key, list[tuple[str, Work]]]:
    found: dict[Key, list[tuple[str, Work]]] = {}
    for sample in owned:
        labels = sample.labels
        team = labels.get("team", "")
        work = Work(
            namespace=labels.get("workload_namespace", ""),
            pod=labels.get("workload_pod", ""),
            container=labels.get("workload_container", ""),
            job=labels.get("workload_job", ""),
            user=labels.get("workload_user", ""),
            team="" if team == owners.NOBODYS else team,
            share=sample.value,
        )
        found.setdefault(_key(labels), []).append((labels.get("mig_id", ""), work))
    return found


def _whose(works: Sequence[tuple[str, Work]], instance: str, *, last: bool) -> tuple[Work, ...]:
    """Of a GPU all of its instances'. `last`: the GPU is not read, so this is whose it was."""
    wanted = (work for part, work in works if not instance or part == instance)
    return tuple(replace(work, last=last) for work in wanted)


def _firing(alerts: Sequence[Sample]) -> Mapping[Key, tuple[str, ...]]:
    """By GPU, the worst first; those of a whole node have none."""
    rank = {"critical": 0, "warning": 1, "info": 2}
    found: dict[Key, set[tuple[int, str]]] = {}
    for sample in alerts:
        labels = sample.labels
        place = labels.get("cluster", ""), labels.get("node", ""), labels.get("gpu", "")
        severity = rank.get(labels.get("severity", ""), 3)
        found.setdefault(place, set()).add((severity, labels.get("alertname", "")))
    return {place: tuple(name for _, name in sorted(names)) for place, names in found.items()}


def _simulated(invented: Sequence[Sample], rows: Sequence[Row]) -> frozenset[str]:
    nodes = {sample.labels.get("node", "") for sample in invented}
    return frozenset(row.node for row in rows if row.node in nodes)


def _processes(told: Sequence[Sample], rows: Sequence[Row]) -> Iterable[Process]:
    """Of GPUs that are shown; whose they are where the GPU is one's alone."""
    shown = {(row.uuid, row.instance): row for row in rows}
    for sample in told:
        labels = sample.labels
        part = labels.get("GPU_I_ID", "")
        row = shown.get((labels.get("UUID", ""), part)) or shown.get((labels.get("UUID", ""), ""))
        if row is not None:
            yield Process(
                node=row.node,
                gpu=f"{row.gpu}/{part}" if part else row.gpu,
                pid=int(labels.get("pid", "0")),
                user=labels.get("user", ""),
                command=labels.get("command", ""),
                memory=sample.value,
                work=row.works[0].name if len(row.works) == 1 else "",
            )


def _quoted(text: str) -> str:
    """As PromQL reads it."""
    return json.dumps(text, ensure_ascii=False)
