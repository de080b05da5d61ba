"""How the series of an entity are given to its owners, of which there may be several."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from warpwatch.fields import memory, utilisation
from warpwatch.samples.owner import Owner
from warpwatch.samples.sample import Reading, Use, Value
from warpwatch.units import MIB

_SM, _MEMORY = utilisation.GPU_UTIL.id, memory.FB_USED.id
_MEASURED = (_SM, _MEMORY)
"""Fields that processes tell of one by one."""


@dataclass(frozen=True, slots=True)
class Share:
    owner: Owner | None
    values: Mapping[int, Value]
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    on_series: bool = True
    """Series carry the labels of their owner."""
    virtual: bool = False
    """Of a shared GPU every series is copied for each pod, as dcgm-exporter has it on request: a
    sum over pods then counts the GPU several times.
    """

    def shares(self, reading: Reading) -> Iterator[Share]:
        """With several pods a series is nobody's alone; with several batch jobs it is copied for
        each, as the original has always done.
        """
        owners = reading.owners if self.on_series else ()
        if len(owners) == 1:
            yield Share(owners[0], reading.values)
        elif (jobs := [owner for owner in owners if owner.hpc_job]) and not _pods(owners):
            # Who else has a process there, such as a user who looks at it, does not outrank a job.
            yield from (Share(owner, reading.values) for owner in jobs)
        elif owners and self.virtual and all(owner.pod for owner in owners):
            yield from _virtual(reading)
        else:
            yield Share(None, reading.values)


ONE_SERIES = Sharing()


def _virtual(reading: Reading) -> Iterator[Share]:
    of_device = {id_: reading.values[id_] for id_ in _MEASURED if id_ in reading.values}
    if of_device:
        yield Share(None, of_device, whole=False)
    rest = {id_: value for id_, value in reading.values.items() if id_ not in _MEASURED}
    uses = {_pod(use.owner): use for use in reading.uses}
    shares = [_pod(owner) for owner in reading.owners]
    for owner in reading.owners:
        # What a pod uses cannot be told apart when it has several shares of the same GPU.
        use = uses.get(_pod(owner)) if shares.count(_pod(owner)) == 1 else None
        yield Share(owner, rest | _measured(use, of_device))


def _measured(use: Use | None, of_device: Mapping[int, Value]) -> dict[int, Value]:
    if use is None:
        return {}
    told = {
        _SM: None if use.sm is None else round(use.sm * 100),
        _MEMORY: None if use.memory is None else use.memory // MIB,
    }
    return {id_: value for id_, value in told.items() if value is not None and id_ in of_device}


def _pods(owners: tuple[Owner, ...]) -> bool:
    return any(owner.pod for owner in owners)


def _pod(owner: Owner) -> tuple[str, str]:
    return owner.namespace, owner.pod
