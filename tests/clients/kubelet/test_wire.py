"""Protobuf by hand: what a kubelet says arrives whole, and no bytes do harm."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubelet import encode, figure, number, part
from warpwatch.clients.kubelet.wire import Claim, Container, Malformed, Pod, pods

texts = st.text(max_size=12)
claims = st.builds(Claim, texts, texts, texts, texts, texts)
containers = st.builds(
    Container,
    texts,
    st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
    st.lists(claims, max_size=2).map(tuple),
)
all_pods = st.lists(
    st.builds(Pod, texts, texts, st.lists(containers, max_size=3).map(tuple)), max_size=4
)


@given(all_pods)
def test_what_was_said_is_what_is_read(said: list[Pod]) -> None:
    assert pods(encode(said)) == tuple(said)


@given(st.binary(max_size=300))
def test_any_bytes_are_pods_or_malformed(content: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert all(isinstance(pod, Pod) for pod in pods(content))


@given(all_pods, st.integers(0, 400), st.binary(max_size=4))
def test_a_damaged_answer_is_pods_or_malformed(said: list[Pod], at: int, damage: bytes) -> None:
    whole = encode(said)
    with contextlib.suppress(Malformed):
        pods(whole[:at] + damage + whole[at + len(damage) :])


def test_fields_of_a_newer_kubelet_are_skipped() -> None:
    strange = figure(9, 300) + number(10 << 3 | 1) + b"12345678" + number(11 << 3 | 5) + b"1234"
    message = part(1, strange + part(1, "pod") + strange + part(2, "space") + part(77, "new"))
    assert pods(message + strange) == (Pod("pod", "space", ()),)


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (b"\x0a", "ends within a number"),
        (b"\x0a\x05abc", "longer than its message"),
        (b"\xff" * 11, "does not end"),
        (b"\x0b", "unknown kind 3"),
        (number(1 << 3 | 1) + b"1234", "ends within a number"),
        (part(1, part(1, b"\xff")), "not UTF-8"),
        (part(1, part(3, part(2, part(2, b"\xff")))), "not UTF-8"),
    ],
)
def test_what_is_malformed_is_named(message: bytes, problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        pods(message)
