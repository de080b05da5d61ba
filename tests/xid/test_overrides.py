"""A site's file changes what it names and nothing else; a fault in it is named with its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from warpwatch.errors import InputError
from warpwatch.xid.catalogue import sxid, xid
from warpwatch.xid.entry import Bucket, Space, XidClass
from warpwatch.xid.overrides import NONE, Overrides, load


def site(folder: Path, text: str) -> Overrides:
    path = folder / "site.toml"
    path.write_text(text)
    return load(path)


def test_columns_are_merged_and_named(tmp_path: Path) -> None:
    overrides = site(tmp_path, '[xid.119]\nimmediate = "RESTART_BM"\nnote = "ours"\n')
    entry = xid(119, overrides)
    assert entry.overridden == ("immediate", "note")
    assert (entry.immediate, entry.note) == (Bucket.RESTART_BM, "ours")
    plain = xid(119)
    assert replace(entry, immediate=plain.immediate, note=plain.note, overridden=()) == plain


def test_a_class_alone_brings_its_action(tmp_path: Path) -> None:
    entry = xid(63, site(tmp_path, '[xid.63]\nclass = "reset"\n'))
    assert (entry.class_, entry.immediate) == (XidClass.RESET, Bucket.RESET_GPU)
    assert entry.overridden == ("class",)


def test_without_a_class_the_action_stays(tmp_path: Path) -> None:
    """48 has an action of its own, which its class alone would not give."""
    overrides = site(tmp_path, '[xid.48]\nnote = "ours"\n')
    assert xid(48, overrides).immediate is Bucket.WORKFLOW_XID_48


def test_a_class_that_says_nothing_of_actions_leaves_them(tmp_path: Path) -> None:
    entry = xid(62, site(tmp_path, '[xid.62]\nclass = "warn"\n'))
    assert (entry.class_, entry.immediate) == (XidClass.WARN, xid(62).immediate)


def test_a_class_with_an_action_keeps_it(tmp_path: Path) -> None:
    text = '[xid.63]\nclass = "reset"\nimmediate = "RESTART_BM"\n'
    assert xid(63, site(tmp_path, text)).immediate is Bucket.RESTART_BM


def test_other_codes_stay_as_they_are(tmp_path: Path) -> None:
    overrides = site(tmp_path, '[xid.63]\nclass = "reset"\n[sxid.79]\nshort = "x"\n[xid.64]\n')
    assert xid(79, overrides) == xid(79)
    assert xid(64, overrides) == xid(64)
    assert sxid(79, overrides).short == "x"
    assert sxid(63, overrides) == sxid(63)


def test_a_code_that_nobody_knew_can_be_told(tmp_path: Path) -> None:
    entry = xid(900, site(tmp_path, '[xid.900]\nshort = "Ours"\nrelated = [79]\n'))
    assert (entry.short, entry.related, entry.class_) == ("Ours", (79,), XidClass.WARN)


def test_no_file_is_no_override() -> None:
    assert NONE.rows == {}
    assert xid(79, NONE) == xid(79)


def test_an_empty_file_is_no_override(tmp_path: Path) -> None:
    assert site(tmp_path, "") == NONE


def test_codes_are_kept_by_space(tmp_path: Path) -> None:
    assert set(site(tmp_path, "[xid.1]\n[sxid.2]\n").rows) == {(Space.XID, 1), (Space.SXID, 2)}


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("[xid.63", "site.toml", "is not TOML"),
        ("[gpu.63]", "site.toml: gpu", "expected tables [xid.N] and [sxid.N] only"),
        ("xid = 63", "site.toml: xid", "expected tables [xid.N] and [sxid.N] only"),
        ("[xid.hello]", "site.toml: xid.hello", "a code is a number"),
        ("[xid.'\u0663']", "site.toml: xid.\u0663", "a code is a number"),
        ("[xid]\n63 = 5", "site.toml: xid.63", "expected a table of columns"),
        ("[xid.63]\nclas = 'reset'", "site.toml: xid.63.clas", "no such column"),
        ("[xid.63]\nclass = 'bad'", "site.toml: xid.63.class", "expected one of reboot, reset"),
        ("[xid.63]\nimmediate = 'reset'", "site.toml: xid.63.immediate", "expected one of IGNORE"),
        ("[xid.63]\nclass = []", "site.toml: xid.63.class", "expected one of reboot"),
        ("[xid.63]\nnote = 5", "site.toml: xid.63.note", "expected a text, got 5"),
        ("[xid.63]\nrelated = ['a']", "site.toml: xid.63.related", "expected a list of codes"),
        ("[xid.63]\nrelated = 5", "site.toml: xid.63.related", "expected a list of codes"),
        ("[xid.63]\nrelated = [true]", "site.toml: xid.63.related", "expected a list of codes"),
        ("[xid.63]\narchitectures = [5]", "xid.63.architectures", "expected a list of texts"),
        ("[xid.63]\narchitectures = ''", "xid.63.architectures", "expected a list of texts"),
    ],
)
def test_a_fault_is_named_with_its_place(
    tmp_path: Path, text: str, place: str, problem: str
) -> None:
    with pytest.raises(InputError) as caught:
        site(tmp_path, text)
    assert caught.value.where.endswith(place)
    assert problem in caught.value.problem


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"absent\.toml: cannot be read: No such file"):
        load(tmp_path / "absent.toml")


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not TOML"):
        load(tmp_path / "site.toml")
