"""Lines that go on, as people know them of `dcgmi dmon`: a line for each GPU, again and again."""

from collections.abc import Iterator, Mapping, Sequence

from warpwatch.errors import UsageError
from warpwatch.fields import (
    clocks,
    events,
    memory,
    pcie,
    power,
    profiling,
    temperature,
    utilisation,
)
from warpwatch.fields.catalogue import BY_ID
from warpwatch.fields.field import Field, Scope
from warpwatch.fields.spellings import bare, nearest, resolve
from warpwatch.samples.entity import Gpu, Instance
from warpwatch.samples.sample import Reading, Value
from warpwatch.samples.snapshot import Snapshot

AGAIN = 14
"""Lines after which the head is written once more."""
BLANK = "N/A"

TAGS: Mapping[int, str] = {
    clocks.SM_CLOCK.id: "SMCLK",
    clocks.MEM_CLOCK.id: "MMCLK",
    temperature.MEMORY_TEMP.id: "MMTMP",
    temperature.GPU_TEMP.id: "TMPTR",
    power.POWER_USAGE.id: "POWER",
    pcie.PCIE_REPLAY_COUNTER.id: "RPCTR",
    utilisation.GPU_UTIL.id: "GPUTL",
    utilisation.MEM_COPY_UTIL.id: "MCUTL",
    utilisation.ENC_UTIL.id: "ECUTL",
    utilisation.DEC_UTIL.id: "DCUTL",
    events.XID_ERRORS.id: "XIDER",
    memory.FB_TOTAL.id: "FBTTL",
    memory.FB_FREE.id: "FBFRE",
    memory.FB_USED.id: "FBUSD",
    profiling.PROF_GR_ENGINE_ACTIVE.id: "GRACT",
    profiling.PROF_SM_ACTIVE.id: "SMACT",
    profiling.PROF_SM_OCCUPANCY.id: "SMOCC",
    profiling.PROF_PIPE_TENSOR_ACTIVE.id: "TENSO",
    profiling.PROF_DRAM_ACTIVE.id: "DRAMA",
    profiling.PROF_PIPE_FP64_ACTIVE.id: "FP64A",
    profiling.PROF_PIPE_FP32_ACTIVE.id: "FP32A",
    profiling.PROF_PIPE_FP16_ACTIVE.id: "FP16A",
    profiling.PROF_PCIE_TX_BYTES.id: "PCITX",
    profiling.PROF_PCIE_RX_BYTES.id: "PCIRX",
    profiling.PROF_NVLINK_TX_BYTES.id: "NVLTX",
    profiling.PROF_NVLINK_RX_BYTES.id: "NVLRX",
}
"""Short names of DCGM's own."""
_BY_TAG = {tag: id_ for id_, tag in TAGS.items()}
DEFAULT = (
    power.POWER_USAGE,
    temperature.GPU_TEMP,
    utilisation.GPU_UTIL,
    profiling.PROF_GR_ENGINE_ACTIVE,
    profiling.PROF_SM_ACTIVE,
    profiling.PROF_PIPE_TENSOR_ACTIVE,
    profiling.PROF_DRAM_ACTIVE,
    memory.FB_USED,
    clocks.SM_CLOCK,
)
_MOST = 4096
"""The highest number of a GPU."""


def fields(text: str) -> tuple[Field, ...]:
    """Ids, names or tags, with commas between."""
    return tuple(dict.fromkeys(_field(part.strip()) for part in text.split(",")))


def _field(word: str) -> Field:
    found = BY_ID.get(int(word)) if word.isdecimal() else _named(word)
    if found is None:
        close = None if word.isdecimal() else nearest(word)
        hint = f"did you mean {close}?" if close else "warpwatch explain field, or docs/metrics.md"
        raise UsageError(f"-e {word!r} is no field", hint=hint)
    if found.scope is not Scope.GPU or not found.asked:
        raise UsageError(f"-e {found.name} is of no GPU by itself", hint="e.g. -e 155,203,1002")
    return found


def _named(word: str) -> Field | None:
    upper = word.upper()
    if upper in _BY_TAG:
        return BY_ID[_BY_TAG[upper]]
    named = (field for field in BY_ID.values() if bare(field.name) == upper)
    return resolve(word) or next(named, None)


def gpus(text: str) -> frozenset[int]:
    """`0,2-4`; none are all."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, dash, last = part.strip().partition("-")
        numbers = first.isdecimal() and (last.isdecimal() if dash else True)
        if not numbers or not int(first) <= int(last or first) <= _MOST:
            raise UsageError(f"-i {text!r} names no GPUs", hint="e.g. -i 0,2-4")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


class Stream:
    def __init__(self, chosen: Sequence[Field], gpus: frozenset[int]) -> None:
        self._fields, self._gpus = chosen, gpus
        self._heads = [TAGS.get(field.id) or bare(field.name) for field in chosen]
        self._widths = [max(len(head), 8) for head in self._heads]
        self._written = 0

    def lines(self, snapshot: Snapshot) -> Iterator[str]:
        for name, reading in self._readings(snapshot):
            if self._written % AGAIN == 0:
                yield from self._head()
            self._written += 1
            cells = [self._cell(field, reading) for field in self._fields]
            yield self._line(name, cells)

    def unknown(self, snapshot: Snapshot) -> list[int]:
        """Numbers that were asked for, and that no GPU has."""
        there = {each.device.index for each in snapshot.states if isinstance(each.device, Gpu)}
        return sorted(self._gpus - there)

    def _readings(self, snapshot: Snapshot) -> Iterator[tuple[str, Reading]]:
        for state in snapshot.states:
            device = state.device
            if not isinstance(device, Gpu) or (self._gpus and device.index not in self._gpus):
                continue
            for reading in state.report.readings:
                if isinstance(reading.entity, Gpu):
                    yield f"GPU {device.index}", reading
                elif isinstance(reading.entity, Instance):
                    yield f"GPU-I {device.index}/{reading.entity.id}", reading

    def _head(self) -> Iterator[str]:
        yield self._line("#Entity", self._heads)
        yield self._line("ID", [field.unit for field in self._fields])

    def _line(self, name: str, cells: Sequence[str]) -> str:
        told = "  ".join(cell.rjust(width) for cell, width in zip(cells, self._widths, strict=True))
        return f"{name:<11} {told}".rstrip()

    @staticmethod
    def _cell(field: Field, reading: Reading) -> str:
        value: Value | None = reading.values.get(field.id)
        if value is None:
            return BLANK
        return f"{value:.3f}" if isinstance(value, float) else str(value)
