"""The catalogue of codes covers what the driver can print, and doubts nothing into a reboot."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warpwatch.errors import InputError
from warpwatch.xid.catalogue import entries, sxid, xid
from warpwatch.xid.columns import row
from warpwatch.xid.describe import short
from warpwatch.xid.entry import Bucket, Part, Space, XidClass

NEWEST_XID = 176

KNOWN = {
    8: ("application", "RESTART_APP", "CONTACT_SUPPORT"),
    13: ("application", "RESTART_APP", "WORKFLOW_XID_13"),
    31: ("application", "RESTART_APP", "WORKFLOW_XID_31"),
    37: ("info", "IGNORE", "CHECK_APP"),
    43: ("application", "IGNORE", "CONTACT_SUPPORT"),
    45: ("info", "WORKFLOW_XID_45", "CONTACT_SUPPORT"),
    46: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    48: ("reset", "WORKFLOW_XID_48", "CONTACT_SUPPORT"),
    54: ("reboot", "CHECK_MECHANICALS", "CONTACT_SUPPORT"),
    62: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    63: ("warn", "IGNORE", "IGNORE"),
    64: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    66: ("info", "IGNORE", "INVESTIGATE_SW"),
    74: ("decode", "WORKFLOW_NVLINK_ERR", "CONTACT_SUPPORT"),
    79: ("reboot", "RESTART_BM", "CONTACT_SUPPORT"),
    92: ("warn", "IGNORE", "CONTACT_SUPPORT"),
    94: ("application", "RESTART_APP", "CONTACT_SUPPORT"),
    95: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    109: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    119: ("reset", "RESET_GPU", "INVESTIGATE_SW"),
    120: ("reset", "RESET_GPU", "INVESTIGATE_SW"),
    136: ("reset", "RESET_GPU", "INVESTIGATE_LINK_SI"),
    137: ("application", "IGNORE", "XID_137_FLOW"),
    140: ("reset", "RESET_GPU", "CONTACT_SUPPORT"),
    142: ("warn", "CONTACT_SUPPORT", "CONTACT_SUPPORT"),
    145: ("decode", "WORKFLOW_NVLINK5_ERR", "CONTACT_SUPPORT"),
    151: ("reboot", "RESTART_VM", "CONTACT_SUPPORT"),
    154: ("decode", "XID_154_EVAL", "IGNORE"),
    155: ("reset", "RESET_GPU", "INVESTIGATE_SW_USER"),
    156: ("reset", "RESET_GPU", "IGNORE"),
    159: ("decode", "CHECK_UVM", "CONTACT_SUPPORT"),
    160: ("warn", "IGNORE", "INVESTIGATE_SW"),
    168: ("reboot", "WORKFLOW_XID_168", "CONTACT_SUPPORT"),
}


@pytest.mark.parametrize("code", KNOWN)
def test_a_code_has_its_class_and_the_vendors_buckets(code: int) -> None:
    entry = xid(code)
    assert (entry.class_, entry.immediate, entry.follow_up) == KNOWN[code]


def test_every_code_up_to_the_newest_is_there_once() -> None:
    assert list(entries(Space.XID)) == list(range(NEWEST_XID + 1))


def test_the_only_codes_that_take_a_node_away_are_these() -> None:
    taken = {e.code for e in entries(Space.XID).values() if e.class_ is XidClass.REBOOT}
    assert taken == {54, 79, 151, 167, 168}


@pytest.mark.parametrize("space", Space)
def test_a_row_is_filled_in_and_refers_to_codes_that_exist(space: Space) -> None:
    for code, entry in entries(space).items():
        assert (entry.code, entry.space) == (code, space)
        assert entry.meaning.endswith(".")
        assert "{" not in entry.meaning + entry.short
        assert 0 < len(entry.short) <= 45
        assert entry.source
        assert set(entry.related) <= entries(space).keys()
        assert not entry.overridden


def test_units_give_each_code_its_own_words() -> None:
    assert (short(39), short(135)) == ("Copy engine 0 error", "Copy engine 19 error")
    assert xid(149).meaning.startswith("Unit NETIR ")
    assert xid(65).meaning == "Not used on Ampere and newer; before that a video encoder 1 error."


def test_architectures_and_drivers_come_with_a_code() -> None:
    assert xid(136).architectures == ("H100",)
    assert xid(109).driver_154 == "R570"
    assert xid(173).architectures == ()


def test_short_words_for_the_label() -> None:
    assert short(0) == "No Error"
    assert short(79) == "GPU has fallen off the bus"
    assert short(NEWEST_XID + 1) == "Unknown Error"


@given(st.integers(min_value=NEWEST_XID + 1, max_value=10**9))
def test_an_unknown_code_warns_and_is_never_fatal(code: int) -> None:
    entry = xid(code)
    assert entry.code == code
    assert entry.class_ is XidClass.WARN
    assert entry.immediate is Bucket.CONTACT_SUPPORT


@pytest.mark.parametrize(
    ("code", "class_", "immediate"),
    [
        (12021, XidClass.INFO, Bucket.IGNORE),
        (11004, XidClass.APPLICATION, Bucket.RESTART_APP),
        (10005, XidClass.INFO, Bucket.IGNORE),
        (28002, XidClass.INFO, Bucket.IGNORE),
        (28001, XidClass.WARN, Bucket.CHECK_MECHANICALS),
        (20034, XidClass.RESET, Bucket.RESET_PARTITION),
        (12028, XidClass.RESET, Bucket.RESTART_VM),
        (23017, XidClass.RESET, Bucket.RESET_FABRIC),
        (19084, XidClass.RESET, Bucket.RESET_FABRIC),
        (26006, XidClass.WARN, Bucket.CONTACT_SUPPORT),
        (79, XidClass.WARN, Bucket.CONTACT_SUPPORT),
    ],
)
def test_a_switchs_code_is_not_a_gpus(code: int, class_: XidClass, immediate: Bucket) -> None:
    entry = sxid(code)
    assert (entry.class_, entry.immediate) == (class_, immediate)


def test_a_row_of_the_catalogue_is_checked_like_one_of_a_file() -> None:
    with pytest.raises(InputError, match=r"xid.toml: 1.part: expected one of program, .*'leg'"):
        row("xid.toml: 1", {"part": "leg"})
    assert row("", {"class": "warn", "part": "bus"}) == {
        "class_": XidClass.WARN,
        "part": Part.BUS,
    }


def test_the_files_are_read_on_first_use_only() -> None:
    """An exporter that meets no error does not pay for a catalogue of errors."""
    program = """
from warpwatch.xid import catalogue, describe
print(catalogue.entries.cache_info().currsize)
describe.short(79), describe.short(31)
print(catalogue.entries.cache_info().misses)
"""
    out = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {program}"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert out.split() == ["0", "1"]
