"""Asks the kubelet over the node's own socket. The call blocks, so it belongs in a thread."""

from pathlib import Path
from typing import Any

from warpwatch.clients.kubelet import wire
from warpwatch.errors import Unreachable, UsageError

SOCKET = Path("/var/lib/kubelet/pod-resources/kubelet.sock")
_METHOD = "/v1.PodResourcesLister/List"
_LARGEST = 16 * 1024 * 1024
"""Bytes of an answer: a node with a thousand pods needs less than one million."""
_RIGHT = "run the exporter as root, whose the kubelet's folder is"
_MOUNT = "mount the folder /var/lib/kubelet/pod-resources into the exporter's pod"


class Lister:
    def __init__(self, path: Path = SOCKET) -> None:
        self._path = path
        self._channel: Any = None
        self._last: tuple[bytes, tuple[wire.Pod, ...]] = (b"", ())
        """An answer, and what it says: most are the same as the one before."""

    def pods(self, timeout: float) -> tuple[wire.Pod, ...]:
        """Unreachable says why, whatever the reason."""
        import grpc

        self._there()
        if self._channel is None:
            self._channel = grpc.insecure_channel(
                f"unix://{self._path.absolute()}",
                options=(
                    ("grpc.max_receive_message_length", _LARGEST),
                    # A kubelet that was restarted has a new socket, to be found at once.
                    ("grpc.max_reconnect_backoff_ms", 1000),
                    ("grpc.enable_http_proxy", 0),
                ),
            )
        call = self._channel.unary_unary(_METHOD)
        try:
            return self._read(call(b"", timeout=timeout))
        except grpc.RpcError as error:
            # A socket that was mounted by itself is that of a kubelet which is no more.
            hint = _MOUNT if error.code() is grpc.StatusCode.UNAVAILABLE else ""
            raise Unreachable(f"{self._path}: {_said(error)}", hint=hint) from error
        except wire.Malformed as error:
            raise Unreachable(f"{self._path}: an answer that cannot be read: {error}") from error

    def _there(self) -> None:
        try:
            self._path.stat()
        except FileNotFoundError as error:
            raise Unreachable(f"{self._path} is not there", hint=_MOUNT) from error
        except OSError as error:
            raise Unreachable(
                f"{self._path} is not to be reached: {error.strerror}", hint=_RIGHT
            ) from error

    def _read(self, answer: bytes) -> tuple[wire.Pod, ...]:
        if answer != self._last[0]:
            self._last = answer, wire.pods(answer)
        return self._last[1]

    def close(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


def _said(error: Any) -> str:
    """The status alone: details hold addresses and times, which make each line unlike the last."""
    return str(error.code().name).lower().replace("_", " ")


def available() -> None:
    try:
        import grpc  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "--kubernetes needs grpcio, which is not installed",
            hint="pip install 'warpwatch[k8s]'",
        ) from error
