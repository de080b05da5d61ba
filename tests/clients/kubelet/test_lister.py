"""Over a real gRPC server: answers, refusals, silence, a restart."""

import socket
from pathlib import Path

import grpc
import pytest

from kubelet import Kubelet, pod, serving
from warpwatch.clients.kubelet.lister import Lister
from warpwatch.errors import Unreachable


@pytest.fixture
def kubelet(tmp_path: Path) -> Kubelet:
    return Kubelet(tmp_path / "kubelet.sock", (pod("train", "GPU-1", "GPU-2"),))


def test_it_is_told_the_pods(kubelet: Kubelet) -> None:
    lister = Lister(kubelet.path)
    with serving(kubelet):
        assert lister.pods(5.0) == kubelet.pods
        kubelet.pods = ()
        assert lister.pods(5.0) == ()
    lister.close()


def test_a_socket_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"none\.sock is not there") as caught:
        Lister(tmp_path / "none.sock").pods(1.0)
    assert "/var/lib/kubelet/pod-resources" in caught.value.hint


def test_refusal_silence_and_nonsense_are_unreachable(kubelet: Kubelet) -> None:
    lister = Lister(kubelet.path)
    with serving(kubelet):
        kubelet.refusal = grpc.StatusCode.RESOURCE_EXHAUSTED
        with pytest.raises(Unreachable, match="resource exhausted"):
            lister.pods(5.0)
        kubelet.refusal = None
        kubelet.raw = b"\x0a\x05abc"
        with pytest.raises(Unreachable, match="cannot be read"):
            lister.pods(5.0)
        kubelet.raw = None
        kubelet.held.clear()
        with pytest.raises(Unreachable, match="deadline exceeded") as caught:
            lister.pods(0.2)
        assert caught.value.hint == "", "there is nothing to be mounted"
        kubelet.held.set()
        assert lister.pods(5.0) == kubelet.pods
    lister.close()


def test_of_a_socket_that_nobody_listens_on_any_more_the_folder_is_to_be_mounted(
    tmp_path: Path,
) -> None:
    path = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    lister = Lister(path)
    with pytest.raises(Unreachable, match="unavailable") as caught:
        lister.pods(5.0)
    assert "mount the folder" in caught.value.hint
    lister.close()


def test_a_kubelet_that_was_restarted_is_found_again(kubelet: Kubelet) -> None:
    lister = Lister(kubelet.path)
    with serving(kubelet):
        lister.pods(5.0)
    kubelet.path.unlink(missing_ok=True)
    with pytest.raises(Unreachable):
        lister.pods(1.0)
    with serving(kubelet):
        for _ in range(50):
            try:
                assert lister.pods(1.0) == kubelet.pods
                break
            except Unreachable:
                continue
        else:
            pytest.fail("it was never found again")
    lister.close()
