"""What faults leave behind on a GPU, and what they do to it while they last."""


class Wear:
    """Damage and counts: they stay when a fault has passed, as on real boards."""

    __slots__ = (
        "banks_high",
        "banks_low",
        "banks_none",
        "banks_partial",
        "dbe_aggregate",
        "dbe_sram",
        "dbe_volatile",
        "inforom_valid",
        "last_xid",
        "link_errors",
        "off_bus",
        "pcie_correctable",
        "pcie_replays",
        "recovery_action",
        "remap_failed",
        "remap_pending",
        "remapped_correctable",
        "remapped_uncorrectable",
        "retired_dbe",
        "retired_pending",
        "retired_sbe",
        "sbe_aggregate",
        "sbe_sram",
        "sbe_volatile",
        "sram_threshold",
    )

    def __init__(self) -> None:
        self.sbe_volatile = self.sbe_aggregate = self.sbe_sram = 0
        self.dbe_volatile = self.dbe_aggregate = self.dbe_sram = 0
        self.sram_threshold = False
        self.remapped_correctable = self.remapped_uncorrectable = 0
        self.remap_pending = self.remap_failed = False
        self.banks_high = self.banks_partial = self.banks_low = self.banks_none = 0
        """Banks that have lost spare rows; the others have all of theirs."""
        self.retired_sbe = self.retired_dbe = 0
        self.retired_pending = False
        self.inforom_valid = True
        self.recovery_action = 0
        self.off_bus = False
        """The board switched itself off in the heat."""
        self.pcie_replays = self.pcie_correctable = 0
        self.link_errors: dict[int, LinkErrors] = {}
        """By link; links without an error have no entry."""
        self.last_xid = 0

    def link(self, index: int) -> "LinkErrors":
        return self.link_errors.setdefault(index, LinkErrors())


class LinkErrors:
    __slots__ = ("crc_data", "crc_flit", "recovery", "replay")

    def __init__(self) -> None:
        self.crc_flit = self.crc_data = self.replay = self.recovery = 0


class Strain:
    """What active faults do just now; cleared and set again at every step."""

    __slots__ = (
        "brake",
        "cooling",
        "cooling_memory",
        "fan_stopped",
        "leaked",
        "links_down",
        "pcie_gen",
        "pcie_width",
        "share",
        "spinning",
    )

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.cooling = 1.0
        """Share of the heat path that is left."""
        self.cooling_memory = 1.0
        """The same of the memory alone, on top of the other."""
        self.fan_stopped = False
        self.brake = False
        self.pcie_gen: int | None = None
        self.pcie_width: int | None = None
        self.links_down: frozenset[int] = frozenset()
        self.share = 1.0
        """Of its work that it gets."""
        self.spinning = False
        """It waits in a collective for a peer that does not come."""
        self.leaked = 0.0
        """Of the memory, on top of what the work takes."""
