"""Each code has somebody who acts, in steps and commands that fit it."""

from dataclasses import replace

import pytest

from warpwatch.xid.advice import STEPS, Actor, advise
from warpwatch.xid.catalogue import entries, sxid, xid
from warpwatch.xid.describe import describe
from warpwatch.xid.entry import Bucket, Space, XidClass, XidEntry
from warpwatch.xid.overrides import Overrides
from warpwatch.xid.recovery import RECOVERIES, recovery

EVERY = [entry for space in Space for entry in entries(space).values()]


def test_every_bucket_has_a_step() -> None:
    assert set(STEPS) == set(Bucket)


@pytest.mark.parametrize(
    ("entry", "actor"),
    [
        (xid(79), Actor.OPERATOR),
        (xid(48), Actor.OPERATOR),
        (xid(154), Actor.OPERATOR),
        (xid(63), Actor.OPERATOR),
        (xid(31), Actor.APPLICATION),
        (xid(94), Actor.APPLICATION),
        (xid(45), Actor.NOBODY),
        (xid(142), Actor.VENDOR),
        (xid(4711), Actor.VENDOR),
        (sxid(23001), Actor.OPERATOR),
        (sxid(11012), Actor.NOBODY),
    ],
    ids=lambda value: str(getattr(value, "code", value)),
)
def test_who_acts(entry: XidEntry, actor: Actor) -> None:
    assert advise(entry).actor is actor


def test_a_reset_comes_after_a_drain_and_before_a_check() -> None:
    commands = advise(xid(95)).commands
    drain = commands.index('scontrol update nodename=<node> state=drain reason="XID 95"')
    reset = commands.index("nvidia-smi --gpu-reset -i <gpu>")
    check = commands.index("dcgmi diag -r 2")
    assert commands[0] == "dmesg -T | grep -i xid"
    assert commands.index("nvidia-smi -q -d ECC,ROW_REMAPPER") < drain < reset < check


def test_a_lost_gpu_is_rebooted_and_not_reset() -> None:
    commands = advise(xid(79)).commands
    assert "systemctl reboot" in commands
    assert "kubectl cordon <node>" in commands
    assert not any("--gpu-reset" in command for command in commands)


def test_a_fabric_is_reset_as_a_whole() -> None:
    assert "nvidia-smi --gpu-reset" in advise(sxid(22003)).commands


def test_what_nobody_acts_on_only_says_where_to_look() -> None:
    assert advise(xid(45)).commands == ("dmesg -T | grep -i xid",)


def test_harmless_codes_take_no_node_away() -> None:
    """Whoever pastes the commands of a remark, or of a program's defect, drains nothing."""
    for entry in EVERY:
        if entry.class_ in {XidClass.INFO, XidClass.APPLICATION, XidClass.WARN}:
            text = " ".join(advise(entry).commands)
            allowed = entry.immediate is Bucket.CHECK_MECHANICALS
            assert allowed or not any(word in text for word in ("drain", "reset", "reboot"))


def test_what_needs_a_reset_or_a_reboot_says_how() -> None:
    for entry in EVERY:
        if entry.class_ in {XidClass.RESET, XidClass.REBOOT}:
            assert any("drain" in command for command in advise(entry).commands), entry.code


def test_what_follows_is_told_unless_it_is_nothing_new() -> None:
    assert advise(xid(119)).steps == (
        "Drain the GPU and reset it.",
        "If it comes again: compare driver and firmware with known defects; update them.",
    )
    assert advise(xid(63)).steps == ("Nothing to do now.",)
    assert advise(xid(142)).steps == ("Collect a bug report and ask the hardware vendor.",)


def test_recovery_actions_are_those_of_the_driver() -> None:
    assert list(RECOVERIES) == list(range(8))
    assert [RECOVERIES[value].name for value in (0, 2, 4)] == [
        "None",
        "Node Reboot",
        "Drain and Reset",
    ]
    assert recovery(3) is RECOVERIES[3]
    assert (recovery(99).name, recovery(99).value) == ("Unknown", 99)


def test_an_explanation_tells_all_that_is_known() -> None:
    facts = describe(xid(79))
    assert facts["name"] == "GPU has fallen off the bus"
    assert facts["class"] == "reboot: the node needs a reboot"
    assert facts["who acts"] == "node operator"
    assert facts["with XID 154 from"] == "R565"
    assert "119 GSP RPC timeout" in str(facts["related"])
    assert "recovery actions" not in facts
    assert "set locally" not in facts


def test_only_154_explains_the_recovery_actions() -> None:
    assert "1 GPU Reset: " in str(describe(xid(154))["recovery actions"])
    assert "recovery actions" not in describe(replace(xid(154), space=Space.SXID))


def test_an_explanation_uses_a_sites_own_words() -> None:
    overrides = Overrides({(Space.XID, 119): {"short": "GSP is gone"}})
    assert describe(xid(119, overrides), overrides)["set locally"] == "short"
    assert "119 GSP is gone" in str(describe(xid(79), overrides)["related"])
    assert "28002 Optics no longer too warm" in str(describe(sxid(28001))["related"])


def test_nothing_empty_is_told() -> None:
    for entry in EVERY:
        assert all(value not in ("", []) for value in describe(entry).values())
