"""A picture of what a source says: each figure worked out as the rules would."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from warpwatch.exporter.attribution import cgroups
from warpwatch.exporter.processes import FIELDS as PROCESSES
from warpwatch.rules.neutral import SLICES, Neutral, Reach, in_unit
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Process as Found
from warpwatch.samples.sample import Reading, Value
from warpwatch.samples.snapshot import Snapshot, State
from warpwatch.sources.base import SourceInfo
from warpwatch.terminal.figures import ACTIVITY, GPU, INSTANCE, MEMORY_TOTAL, SOURCES, fields
from warpwatch.terminal.picture import OK, Picture, Process, Row, Work

_SM, _ENGINE, _ANY = "gpu:sm_active:ratio", "gpu:engine_active:ratio", "gpu:utilisation:ratio"
_USED, _FREE = "gpu:memory_used:bytes", "gpu:memory_free:bytes"


def wanted() -> AbstractSet[int]:
    """What a source is asked for."""
    return frozenset((*fields(), *(field.id for field in PROCESSES)))


def picture(info: SourceInfo, snapshot: Snapshot | None, node: str, now: float) -> Picture:
    states = [s for s in snapshot.states if isinstance(s.device, Gpu)] if snapshot else []
    rows = tuple(row for state in states for row in _rows(state, node))
    return Picture(
        origin=info.detail or info.name,
        time=now,
        simulated=frozenset({node}) if info.simulated else frozenset(),
        rows=rows,
        processes=tuple(each for state in states for each in _processes(state, node)),
        note="" if rows else f"no GPUs: {info.detail or 'the driver does not answer'}",
    )


def _rows(state: State, node: str) -> Iterator[Row]:
    gpu = state.device
    assert isinstance(gpu, Gpu)  # noqa: S101  so it was chosen
    board, *others = state.report.readings
    parts = [part for part in others if isinstance(part.entity, Instance)]
    figures, gaps = _figures(board, parts)
    whole = Row(
        node=node,
        gpu=str(gpu.index),
        uuid=gpu.uuid,
        model=gpu.model,
        figures=figures,
        gaps=gaps,
        state=_state(state),
        age=state.age,
        works=_works(board, 1.0) or tuple(w for part in parts for w in _works(part, _size(part))),
    )
    yield whole
    for part in parts:
        assert isinstance(part.entity, Instance)  # noqa: S101  so it was chosen
        given, missing = _figures(part, [])
        keys = {figure.key for figure in INSTANCE}
        yield replace(
            whole,
            instance=str(part.entity.id),
            profile=part.entity.profile,
            uuid=part.entity.uuid,
            figures={key: value for key, value in given.items() if key in keys},
            gaps={key: why for key, why in missing.items() if key in keys},
            works=_works(part, _size(part)),
        )


def _state(state: State) -> str:
    if state.hung:
        return "hung"
    return OK if state.success else str(state.failure or "no reading").replace("_", " ")


def _figures(
    board: Reading, parts: Sequence[Reading]
) -> tuple[Mapping[str, float], Mapping[str, str]]:
    values: dict[str, float] = {}
    gaps: dict[str, str] = {}
    for series, neutral in SOURCES.items():
        value = _whole(neutral, board, parts)
        if value is not None:
            values[series] = value
        else:
            gaps[series] = _why(neutral, board)
    # As gpu:activity:ratio and gpu:memory_total:bytes are recorded.
    active = next((values[s] for s in (_SM, _ENGINE, _ANY) if s in values), None)
    if active is not None:
        values[ACTIVITY.series] = active
    else:
        gaps[ACTIVITY.series] = gaps.get(_SM, "")
    if _USED in values and _FREE in values:
        values[MEMORY_TOTAL.series] = values[_USED] + values[_FREE]
    return (
        {figure.key: values[figure.series] for figure in GPU if figure.series in values},
        {figure.key: gaps[figure.series] for figure in GPU if gaps.get(figure.series)},
    )


def _whole(neutral: Neutral, board: Reading, parts: Sequence[Reading]) -> float | None:
    """Of a GPU that is divided by its instances, where each is measured by itself."""
    if not parts or neutral.reach is Reach.DEVICE:
        return _one(neutral, board)
    known = [(part, _one(neutral, part)) for part in parts]
    share = neutral.reach is Reach.SHARE
    told = [value * (_size(part) if share else 1.0) for part, value in known if value is not None]
    return sum(told) if told else None


def _one(neutral: Neutral, reading: Reading) -> float | None:
    if neutral.added:
        found = [_number(reading.values.get(field.id)) for field in neutral.added]
        return None if None in found else sum(value for value in found if value is not None)
    for field in neutral.fields:
        value = _number(reading.values.get(field.id))
        if value is not None:
            return in_unit(value, field, neutral.unit)
    return None


def _number(value: Value | None) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _why(neutral: Neutral, reading: Reading) -> str:
    reasons = (reading.gaps.get(field.id) for field in (*neutral.fields, *neutral.added))
    return next((str(reason).replace("_", " ") for reason in reasons if reason), "")


def _size(part: Reading) -> float:
    """What an instance is of the whole, by its slices."""
    profile = part.entity.profile if isinstance(part.entity, Instance) else ""
    slices = profile.partition("g.")[0]
    return int(slices) / SLICES if slices.isdecimal() else 1.0


def _works(reading: Reading, size: float) -> tuple[Work, ...]:
    owners = reading.owners
    return tuple(_work(owner, size / len(owners)) for owner in owners)


def _work(owner: Owner, share: float | None) -> Work:
    return Work(
        namespace=owner.namespace,
        pod=owner.pod,
        container=owner.container,
        job=owner.hpc_job,
        user=owner.user,
        team=owner.team,
        share=share,
    )


def _processes(state: State, node: str) -> Iterator[Process]:
    """Under MIG those of the instances, as there the GPU's own are the same once more."""
    readings = [r for r in state.report.readings if isinstance(r.entity, Gpu | Instance)]
    divided = any(isinstance(r.entity, Instance) for r in readings)
    for reading in readings:
        entity = reading.entity
        if isinstance(entity, Gpu) and divided:
            continue
        part = f"/{entity.id}" if isinstance(entity, Instance) else ""
        gpu = entity.gpu if isinstance(entity, Instance) else entity
        assert isinstance(gpu, Gpu)  # noqa: S101  so it was chosen
        for each in reading.processes:
            yield Process(
                node=node,
                gpu=f"{gpu.index}{part}",
                pid=each.pid,
                user=each.user,
                command=each.command,
                memory=None if each.memory is None else float(each.memory),
                sm=each.sm,
                work=_whose(each, reading.owners),
            )


def _whose(process: Found, owners: Sequence[Owner]) -> str:
    """By its control group; where that says nothing, only if there is nobody else."""
    place = cgroups.place(process.cgroup)
    for owner in owners:
        if (place.pod_uid and owner.pod_uid == place.pod_uid) or (
            place.job and owner.hpc_job == place.job
        ):
            return _work(owner, None).name
    theirs = [each for each in owners if each.user in {"", process.user} or not process.user]
    return _work(theirs[0], None).name if len(theirs) == 1 else ""
