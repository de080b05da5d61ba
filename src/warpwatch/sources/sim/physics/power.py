"""How much power an activity asks for."""

from warpwatch.sources.sim.activity import Activity

CLOCK_EXPONENT = 2.4
"""Power goes with frequency times voltage squared, and voltage falls with frequency, though
not to nothing: between a square and a cube."""


def demand(activity: Activity) -> float:
    """At full clocks, over idle; about 1 under a burn. What moves most bits costs most."""
    return (
        (0.08 if activity.awake else 0.0)
        + 0.04 * activity.busy
        + 0.24 * activity.sm
        + 0.55 * activity.tensor
        + 0.50 * activity.fp64
        + 0.40 * activity.fp32
        + 0.35 * activity.fp16
        + 0.15 * activity.integer
        + 0.35 * activity.dram
        + 0.03 * (activity.nvlink_rx + activity.nvlink_tx)
        + 0.02 * (activity.pcie_rx + activity.pcie_tx)
        + 0.03 * (activity.encoder + activity.decoder)
    )
