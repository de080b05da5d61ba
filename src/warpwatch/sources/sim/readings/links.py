"""PCIe and NVLink as the GPU sees them: totals on the GPU, and each NVLink on its own."""

from dataclasses import dataclass

from warpwatch.fields import nvlink, nvlink_links, pcie
from warpwatch.fields.field import Field
from warpwatch.samples.sample import Value
from warpwatch.sources.sim.physics import counters
from warpwatch.sources.sim.readings import reader
from warpwatch.sources.sim.readings.reader import Build, Reader
from warpwatch.sources.sim.state import State
from warpwatch.sources.sim.wear import LinkErrors

_NO_ERRORS = LinkErrors()
_MEGA = 1e6
_DOWN, _UP = 0, 1


@dataclass(frozen=True, slots=True)
class LinkView:
    """One link of a GPU, for as long as it is being read."""

    state: State
    index: int

    @property
    def up(self) -> bool:
        return self.index not in self.state.strain.links_down

    @property
    def errors(self) -> LinkErrors:
        return self.state.wear.link_errors.get(self.index, _NO_ERRORS)

    def rate(self, share: float) -> float:
        """Bytes a second, one way: what flows is spread evenly over the links that are up."""
        fabric = self.state.board.nvlink
        if fabric is None or not self.up:
            return 0.0
        up = fabric.links - len(self.state.strain.links_down)
        return counters.nvlink_peak(self.state) * share / up

    @property
    def tx(self) -> float:
        return self.rate(self.state.activity.nvlink_tx)

    @property
    def rx(self) -> float:
        return self.rate(self.state.activity.nvlink_rx)


def _sum(state: State, kind: str) -> int:
    return sum(getattr(errors, kind) for errors in state.wear.link_errors.values())


def _errors(field: Field, kind: str) -> Reader[State]:
    return Reader(field, lambda state: _sum(state, kind), reader.nvlink)


def _megabytes(state: State, share: float) -> int:
    return int(counters.nvlink_peak(state) * share / _MEGA)


def _of_link(field: Field, number: int, get: str) -> Reader[State]:
    """A field that has the link's number in its name."""

    def read(state: State) -> Value:
        view = LinkView(state, number)
        flows = {"both": view.tx + view.rx, "tx": view.tx, "rx": view.rx}
        return int(flows[get] / _MEGA) if get in flows else int(getattr(view.errors, get))

    def needs(build: Build) -> bool:
        fabric = build.board.nvlink
        return fabric is not None and number < fabric.links

    return Reader(field, read, needs)


READERS: tuple[Reader[State], ...] = (
    Reader(pcie.PCIE_REPLAY_COUNTER, lambda state: state.wear.pcie_replays),
    Reader(
        pcie.PCIE_COUNT_CORRECTABLE_ERRORS,
        lambda state: state.wear.pcie_correctable,
        reader.datacentre,
    ),
    Reader(pcie.PCIE_MAX_LINK_GEN, lambda state: state.board.pcie.gen),
    Reader(pcie.PCIE_MAX_LINK_WIDTH, lambda state: state.board.pcie.width),
    Reader(pcie.PCIE_LINK_GEN, counters.pcie_gen),
    Reader(pcie.PCIE_LINK_WIDTH, counters.pcie_width),
    Reader(
        pcie.PCIE_TX_THROUGHPUT,
        lambda state: int(counters.pcie_peak(state) * state.activity.pcie_tx / 1000),
    ),
    Reader(
        pcie.PCIE_RX_THROUGHPUT,
        lambda state: int(counters.pcie_peak(state) * state.activity.pcie_rx / 1000),
    ),
    _errors(nvlink.NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL, "crc_flit"),
    _errors(nvlink.NVLINK_CRC_DATA_ERROR_COUNT_TOTAL, "crc_data"),
    _errors(nvlink.NVLINK_REPLAY_ERROR_COUNT_TOTAL, "replay"),
    _errors(nvlink.NVLINK_RECOVERY_ERROR_COUNT_TOTAL, "recovery"),
    Reader(
        nvlink.NVLINK_BANDWIDTH_TOTAL,
        lambda state: _megabytes(state, state.activity.nvlink_tx + state.activity.nvlink_rx),
        reader.nvlink,
    ),
    Reader(
        nvlink.NVLINK_TX_BANDWIDTH_TOTAL,
        lambda state: _megabytes(state, state.activity.nvlink_tx),
        reader.nvlink,
    ),
    Reader(
        nvlink.NVLINK_RX_BANDWIDTH_TOTAL,
        lambda state: _megabytes(state, state.activity.nvlink_rx),
        reader.nvlink,
    ),
    Reader(nvlink.NVLINK_COUNT_TX_BYTES, lambda state: int(state.nvlink_tx_bytes), reader.nvlink),
    Reader(nvlink.NVLINK_COUNT_RX_BYTES, lambda state: int(state.nvlink_rx_bytes), reader.nvlink),
    *(_of_link(f, n, "crc_flit") for n, f in enumerate(nvlink_links.NVLINK_CRC_FLIT_ERRORS)),
    *(_of_link(f, n, "crc_data") for n, f in enumerate(nvlink_links.NVLINK_CRC_DATA_ERRORS)),
    *(_of_link(f, n, "replay") for n, f in enumerate(nvlink_links.NVLINK_REPLAY_ERRORS)),
    *(_of_link(f, n, "recovery") for n, f in enumerate(nvlink_links.NVLINK_RECOVERY_ERRORS)),
    *(_of_link(f, n, "both") for n, f in enumerate(nvlink_links.NVLINK_BANDWIDTH)),
    *(_of_link(f, n, "tx") for n, f in enumerate(nvlink_links.NVLINK_TX_BANDWIDTH)),
    *(_of_link(f, n, "rx") for n, f in enumerate(nvlink_links.NVLINK_RX_BANDWIDTH)),
)

LINK_READERS: tuple[Reader[LinkView], ...] = (
    Reader(nvlink_links.NVLINK_GET_STATE, lambda link: _UP if link.up else _DOWN),
    Reader(nvlink_links.NVLINK_CRC_FLIT_ERROR_PER_LINK_TOTAL, lambda link: link.errors.crc_flit),
    Reader(nvlink_links.NVLINK_CRC_DATA_ERROR_PER_LINK_TOTAL, lambda link: link.errors.crc_data),
    Reader(nvlink_links.NVLINK_REPLAY_ERROR_PER_LINK_TOTAL, lambda link: link.errors.replay),
    Reader(nvlink_links.NVLINK_RECOVERY_ERROR_PER_LINK_TOTAL, lambda link: link.errors.recovery),
    Reader(nvlink_links.NVLINK_THROUGHPUT_PER_LINK, lambda link: int((link.tx + link.rx) / _MEGA)),
    Reader(nvlink_links.NVLINK_TX_THROUGHPUT_PER_LINK, lambda link: int(link.tx / _MEGA)),
    Reader(nvlink_links.NVLINK_RX_THROUGHPUT_PER_LINK, lambda link: int(link.rx / _MEGA)),
    Reader(nvlink_links.PROF_NVLINK_TX_BYTES_PER_LINK, lambda link: int(link.tx)),
    Reader(nvlink_links.PROF_NVLINK_RX_BYTES_PER_LINK, lambda link: int(link.rx)),
)
