"""Whatever a workload asks of the engines, what they do is possible on real silicon."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.sources.sim.activity import Activity
from warpwatch.sources.sim.physics.power import demand

SHARES = tuple(sorted(set(Activity.__slots__) - {"awake", "one_sm"}))


def asked(wanted: dict[str, float]) -> Activity:
    activity = Activity(132)
    for name, share in wanted.items():
        setattr(activity, name, share)
    activity.settle()
    return activity


@given(st.dictionaries(st.sampled_from(SHARES), st.floats(-1, 3)))
def test_shares_are_shares_and_parts_no_more_than_the_whole(wanted: dict[str, float]) -> None:
    activity = asked(wanted)
    assert all(0 <= getattr(activity, name) <= 1 for name in SHARES)
    assert activity.imma + activity.dfma <= activity.tensor + 1e-12
    assert activity.tensor <= activity.sm <= activity.busy
    assert activity.occupancy <= activity.sm
    assert activity.awake or not activity.busy
    assert 0 <= demand(activity) < 3


def test_a_kernel_keeps_at_least_one_sm() -> None:
    assert asked({"busy": 1.0}).sm == pytest.approx(1 / 132)
    assert asked({"busy": 0.0, "sm": 1.0}).sm == 0


@given(st.dictionaries(st.sampled_from(SHARES), st.floats(0, 1)), st.sampled_from(SHARES))
def test_more_activity_never_asks_for_less_power(wanted: dict[str, float], more: str) -> None:
    less = asked(wanted)
    most = asked(wanted | {more: 1.0})
    assert demand(most) >= demand(less) - 1e-12


def test_rest_forgets_everything() -> None:
    activity = asked(dict.fromkeys(SHARES, 0.5))
    activity.rest()
    assert demand(activity) == 0
    assert not any(getattr(activity, name) for name in SHARES)


@given(st.dictionaries(st.sampled_from(SHARES), st.floats(0, 1)), st.floats(0, 1))
def test_who_waits_looks_no_less_busy_and_does_less(wanted: dict[str, float], share: float) -> None:
    working, waiting = asked(wanted), asked(wanted)
    waiting.wait(share)
    waiting.settle()
    assert waiting.busy >= working.busy - 1e-12
    assert waiting.memory == working.memory
    for name in ("tensor", "dram", "nvlink_tx", "pcie_rx", "fp64"):
        assert getattr(waiting, name) == pytest.approx(share * getattr(working, name))


def test_who_waits_all_the_time_only_spins() -> None:
    activity = asked(dict.fromkeys(SHARES, 0.5))
    activity.wait(0.0)
    activity.settle()
    assert activity.busy == 1
    assert 0.05 < activity.sm < 0.2
    assert activity.tensor == activity.dram == activity.nvlink_rx == 0
