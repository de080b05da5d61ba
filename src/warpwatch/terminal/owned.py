"""GPUs added up: by node, and by whose work is on them. What is missing adds nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from warpwatch.rules.recording import IDLE
from warpwatch.terminal.figures import NODE, WORK, Sum
from warpwatch.terminal.picture import Figures, Row, Work


@dataclass(slots=True)
class Job:
    """One workload, with all that it has."""

    cluster: str
    work: Work
    rows: list[Row] = field(default_factory=list)
    """GPUs, and instances of those that are divided."""
    wholes: list[Row] = field(default_factory=list)
    """Of each the whole GPU."""
    shares: list[float | None] = field(default_factory=list)

    @property
    def nodes(self) -> list[str]:
        return sorted({row.node for row in self.rows})


def nodes(rows: Iterable[Row]) -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if not row.instance:
            found.setdefault((row.cluster, row.node), []).append(row)
    return found


def jobs(rows: Iterable[Row]) -> Sequence[Job]:
    """A part of a GPU that is divided counts as that part, and the GPU itself not once more."""
    rows = list(rows)
    wholes = {row.board: row for row in rows if not row.instance}
    divided = {row.board for row in rows if row.instance}
    found: dict[tuple[str, ...], Job] = {}
    for row in rows:
        if not row.instance and row.board in divided:
            continue
        for work in row.works:
            job = found.setdefault((row.cluster, *work.whose), Job(row.cluster, work))
            job.rows.append(row)
            job.wholes.append(wholes.get(row.board, row))
            job.shares.append(work.share)
    return sorted(found.values(), key=lambda job: (job.cluster, job.work.namespace, job.work.name))


def of_node(rows: Sequence[Row]) -> Figures:
    return _made(NODE, rows, rows, [1.0] * len(rows))


def of_job(job: Job) -> Figures:
    return _made(WORK, job.rows, job.wholes, job.shares)


def _made(
    sums: Sequence[Sum], rows: Sequence[Row], wholes: Sequence[Row], shares: Sequence[float | None]
) -> Figures:
    """As the rules do: what is added up is a share of the board's, what is averaged its own."""
    found: dict[str, float] = {}
    for each in sums:
        if each.how == "count":
            if None not in shares:
                found[each.figure.key] = sum(share or 0.0 for share in shares)
            continue
        known = [
            (row.figures[each.of], share)
            for row, share in zip(
                rows if each.how in {"mean", "idle"} else wholes, shares, strict=True
            )
            if each.of in row.figures and share is not None
        ]
        weight = sum(share for _, share in known)
        if not known:
            continue
        match each.how:
            case "sum":
                found[each.figure.key] = sum(value * share for value, share in known)
            case "max":
                found[each.figure.key] = max(value for value, _ in known)
            case "idle":
                found[each.figure.key] = sum((share for value, share in known if value < IDLE), 0.0)
            case "mean" if weight:
                found[each.figure.key] = sum(value * share for value, share in known) / weight
    return found
