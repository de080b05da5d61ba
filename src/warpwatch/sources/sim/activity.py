"""What the parts of a GPU are doing during one tick: the cause of every other value.

Workloads fill it in, `settle` makes it possible on real silicon, and power, counters and
readings follow from it. It is one object that is written over, since a fleet would
otherwise make thousands of them a second.
"""

DRAM_CEILING = 0.82
"""Reads and writes never keep the memory interface busier than this in practice."""
TENSOR_CEILING = 0.94
"""Nor do matrix products the tensor pipes."""
_SPINNING = 0.12
"""Of the SMs: as many as a collective's kernel takes."""


class Activity:
    __slots__ = (
        "awake",
        "busy",
        "decoder",
        "dfma",
        "dram",
        "encoder",
        "fp16",
        "fp32",
        "fp64",
        "imma",
        "integer",
        "memory",
        "nvlink_rx",
        "nvlink_tx",
        "occupancy",
        "one_sm",
        "pcie_rx",
        "pcie_tx",
        "sm",
        "tensor",
    )

    def __init__(self, sms: int) -> None:
        self.one_sm = 1.0 / sms
        """The least share of the SMs that a kernel can keep active."""
        self.rest()

    def rest(self) -> None:
        """Everything to nothing, as on a GPU without a process. All are shares from 0 to 1."""
        self.awake = False
        """Whether a process holds a context, which keeps the clocks up."""
        self.busy = 0.0
        """Of time: a kernel is running."""
        self.sm = 0.0
        """Of SMs and time: a warp is resident."""
        self.occupancy = 0.0
        self.tensor = 0.0
        """Tensor pipes; `imma` and `dfma` are parts of it, the rest is HMMA."""
        self.imma = 0.0
        self.dfma = 0.0
        self.fp64 = 0.0
        self.fp32 = 0.0
        self.fp16 = 0.0
        self.integer = 0.0
        self.dram = 0.0
        self.encoder = 0.0
        self.decoder = 0.0
        self.pcie_rx = 0.0
        """Of the link's peak; received by the GPU, so host to device."""
        self.pcie_tx = 0.0
        self.nvlink_rx = 0.0
        self.nvlink_tx = 0.0
        self.memory = 0.0
        """Of the memory that processes can have."""

    def settle(self) -> None:
        """Hold what one engine does against the others: a pipe cannot be active on an SM
        that is not, nor an SM outside a kernel.
        """
        busy = self.busy = _share(self.busy, 1.0)
        sm = self.sm = _share(self.sm, busy)
        if busy and sm < self.one_sm * busy:
            sm = self.sm = self.one_sm * busy
        self.occupancy = _share(self.occupancy, sm)
        tensor = self.tensor = _share(self.tensor, TENSOR_CEILING * sm)
        self.imma = _share(self.imma, tensor)
        self.dfma = _share(self.dfma, tensor - self.imma)
        self.fp64 = _share(self.fp64, sm)
        self.fp32 = _share(self.fp32, sm)
        self.fp16 = _share(self.fp16, sm)
        self.integer = _share(self.integer, sm)
        self.dram = _share(self.dram, DRAM_CEILING)
        self.pcie_rx = _share(self.pcie_rx, 0.85)
        self.pcie_tx = _share(self.pcie_tx, 0.85)
        self.nvlink_rx = _share(self.nvlink_rx, 0.9)
        self.nvlink_tx = _share(self.nvlink_tx, 0.9)
        self.encoder = _share(self.encoder, 1.0)
        self.decoder = _share(self.decoder, 1.0)
        self.memory = _share(self.memory, 1.0)
        if busy:
            self.awake = True

    def wait(self, share: float) -> None:
        """For peers in a collective, whose kernel spins: only `share` of the time goes into
        work. Before `settle`.
        """
        rest = 1.0 - share
        self.busy = self.busy * share + rest
        self.sm = self.sm * share + _SPINNING * rest
        self.occupancy = self.occupancy * share + 0.25 * _SPINNING * rest
        for name in _WORKED:
            setattr(self, name, getattr(self, name) * share)

    def lessen(self, share: float) -> None:
        """Less work in the same time, and nothing to wait for. Before `settle`."""
        self.busy *= share
        self.sm *= share
        self.occupancy *= share
        for name in _WORKED:
            setattr(self, name, getattr(self, name) * share)

    def slow(self, pace: float) -> None:
        """Lower clocks: the pipes work through less data in the same time. Shares of cycles
        stay, since there are fewer cycles too.
        """
        self.dram *= pace
        self.pcie_rx *= pace
        self.pcie_tx *= pace
        self.nvlink_rx *= pace
        self.nvlink_tx *= pace

    def add(self, part: "Activity", share: float) -> None:
        """Count in an instance that has `share` of the GPU."""
        self.awake = self.awake or part.awake
        for name in _ADDED:
            setattr(self, name, getattr(self, name) + share * getattr(part, name))


_WORKED = (
    "tensor",
    "imma",
    "dfma",
    "fp64",
    "fp32",
    "fp16",
    "integer",
    "dram",
    "pcie_rx",
    "pcie_tx",
    "nvlink_rx",
    "nvlink_tx",
)
"""What a kernel that only waits does nothing of."""
_ADDED = tuple(sorted(set(Activity.__slots__) - {"awake", "one_sm"}))


def _share(value: float, most: float) -> float:
    return 0.0 if value < 0.0 else min(value, most)
