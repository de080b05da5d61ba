"""A host: processors, memory, disks and networks that follow the work of its GPUs."""

from collections.abc import Iterator, Sequence

from warpwatch.expo.plain import Metric, counter, gauge
from warpwatch.sources.sim.chance import draw, seed_of
from warpwatch.sources.sim.gpu import SimGpu
from warpwatch.sources.sim.hosts.faults import Strain
from warpwatch.sources.sim.mishap import Troubles
from warpwatch.units import GIB

CPUS = 8
"""Shown; real ones have more, and their series say no more than these."""
MEMORY = 1024 * GIB
DISKS = {"/": ("/dev/nvme0n1p2", 480 * 10**9, 0.38), "/data": ("/dev/nvme1n1", 7_680 * 10**9, 0.57)}
"""Device, bytes, and share in use, by where it is mounted."""
_MODES = ("idle", "iowait", "system", "user")
_DEVICES = {"eth0": 2.0e6, "ib0": 5.0e7}
"""Bytes a second at rest."""
_ERROR_PER_DROP = 5.0


class Host:
    """Moved by its stage, whose lock guards everything here."""

    def __init__(self, name: str, seed: int, gpus: Sequence[SimGpu], begin: float) -> None:
        self.name = name
        self.gpus = tuple(gpus)
        self.troubles = Troubles()
        self.strain = Strain()
        self._seed = seed_of(seed, name, "host")
        self._booted = begin - 86400.0 * (2 + self._seed % 60)
        self._parts = [0.8 + 0.4 * draw(self._seed, -number) for number in range(CPUS)]
        """Of the mean work, what each processor has."""
        self._cpu = [dict.fromkeys(_MODES, 0.0) for _ in range(CPUS)]
        self._bytes = {device: [0.0, 0.0] for device in _DEVICES}
        self._errors = dict.fromkeys(_DEVICES, 0.0)
        self._disk = [0.0, 0.0]
        self._work = 0.0
        self._loads = [0.0, 0.0, 0.0]
        self._live(begin, begin - self._booted)

    def step(self, time: float, seconds: float) -> None:
        self.strain.clear()
        if self.troubles.planned:
            self.troubles.press(self.strain, time)
        self._live(time, seconds)

    def _live(self, time: float, seconds: float) -> None:
        activities = [gpu.state.activity for gpu in self.gpus]
        busy = sum(each.busy for each in activities) / len(activities)
        fed = sum(each.pcie_rx for each in activities) / len(activities)
        talks = sum(each.nvlink_rx for each in activities) / len(activities)
        stray = draw(self._seed, int(time / 15))
        self._work = work = min(0.03 + 0.35 * busy + 0.6 * fed + 0.04 * stray, 0.97)
        waits = min(0.004 + 0.1 * fed, 1.0 - work)
        for part, modes in zip(self._parts, self._cpu, strict=True):
            own = min(work * part, 1.0 - waits)
            modes["user"] += 0.85 * own * seconds
            modes["system"] += 0.15 * own * seconds
            modes["iowait"] += waits * seconds
            modes["idle"] += (1.0 - waits - own) * seconds
        for device, rest in _DEVICES.items():
            rate = rest * (1.0 + 40.0 * (talks if device == "ib0" else fed))
            self._bytes[device][0] += rate * (1.0 + 0.1 * stray) * seconds
            self._bytes[device][1] += rate * 0.8 * seconds
            self._errors[device] += self.strain.errors.get(device, 0.0) * seconds
        self._disk[0] += (1e6 + 2e9 * fed) * seconds
        self._disk[1] += (5e6 + 1e7 * busy) * seconds
        for number, span in enumerate((60.0, 300.0, 900.0)):
            share = min(seconds / span, 1.0)
            self._loads[number] += (work * CPUS * 1.1 - self._loads[number]) * share

    def metrics(self, time: float) -> Iterator[Metric]:
        yield counter(
            "node_cpu_seconds_total",
            "Seconds the CPUs spent in each mode.",
            *(
                ((("cpu", str(number)), ("mode", mode)), spent)
                for number, modes in enumerate(self._cpu)
                for mode, spent in modes.items()
            ),
        )
        for name, value in zip(("1", "5", "15"), self._loads, strict=True):
            yield gauge(f"node_load{name}", f"{name}m load average.", ((), round(value, 2)))
        yield gauge("node_boot_time_seconds", "Node boot time, in unixtime.", ((), self._booted))
        yield gauge("node_time_seconds", "System time in seconds since epoch.", ((), time))
        uname = (
            ("domainname", "(none)"), ("machine", "x86_64"), ("nodename", self.name),
            ("release", "6.8.0-simulated"), ("sysname", "Linux"), ("version", "#1 SMP"),
        )  # fmt: skip
        yield gauge("node_uname_info", "Of the system, as uname has it.", (uname, 1))
        yield from self._memory()
        yield from self._filesystems()
        yield from self._networks()
        disk = (("device", "nvme1n1"),)
        read, written = map(int, self._disk)
        yield counter("node_disk_read_bytes_total", "Bytes read.", (disk, read))
        yield counter("node_disk_written_bytes_total", "Bytes written.", (disk, written))

    def _memory(self) -> Iterator[Metric]:
        used = max(0.06 + 0.5 * self._work, self.strain.held)
        cached = (1.0 - used) * 0.4
        for name, share in (
            ("MemTotal", 1.0),
            ("MemAvailable", 1.0 - used),
            ("MemFree", 1.0 - used - cached),
            ("Cached", cached),
            ("Buffers", 0.001),
        ):
            family = f"node_memory_{name}_bytes"
            yield gauge(family, f"Memory information field {name}.", ((), int(MEMORY * share)))

    def _filesystems(self) -> Iterator[Metric]:
        places = {
            mountpoint: (
                (("device", device), ("fstype", "ext4"), ("mountpoint", mountpoint)),
                size,
                max(used, self.strain.filled.get(mountpoint, 0.0)),
            )
            for mountpoint, (device, size, used) in DISKS.items()
        }
        for name, text in (
            ("size", "Filesystem size in bytes."),
            ("avail", "Filesystem space available to non-root users in bytes."),
            ("free", "Filesystem free space in bytes."),
        ):
            yield gauge(
                f"node_filesystem_{name}_bytes",
                text,
                *(
                    (labels, size if name == "size" else int(size * (1.0 - used)))
                    for labels, size, used in places.values()
                ),
            )
        rows = [(labels, 0) for labels, _, _ in places.values()]
        yield gauge("node_filesystem_readonly", "Filesystem read-only status.", *rows)

    def _networks(self) -> Iterator[Metric]:
        names = {device: (("device", device),) for device in _DEVICES}
        for number, way in enumerate(("receive", "transmit")):
            yield counter(
                f"node_network_{way}_bytes_total",
                f"Network device statistic {way}_bytes.",
                *((names[device], int(sums[number])) for device, sums in self._bytes.items()),
            )
            damaged = self._errors if way == "receive" else dict.fromkeys(_DEVICES, 0.0)
            for what, share in (("errs", 1.0), ("drop", 1.0 / _ERROR_PER_DROP)):
                yield counter(
                    f"node_network_{way}_{what}_total",
                    f"Network device statistic {way}_{what}.",
                    *((names[device], int(n * share)) for device, n in damaged.items()),
                )
        yield gauge(
            "node_network_up", "Value is 1 if operstate is 'up'.", *((n, 1) for n in names.values())
        )
