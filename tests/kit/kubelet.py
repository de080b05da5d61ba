"""A kubelet's pod-resources service: a real gRPC server on a unix socket."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import grpc

from warpwatch.clients.kubelet.wire import Claim, Container, Pod


def number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def part(field_number: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return number(field_number << 3 | 2) + number(len(content)) + content


def figure(field_number: int, value: int) -> bytes:
    return number(field_number << 3) + number(value)


def encode(pods: Sequence[Pod]) -> bytes:
    """A ListPodResourcesResponse, with what a real one has beside what we read."""
    return b"".join(part(1, _pod(pod)) for pod in pods)


def _pod(pod: Pod) -> bytes:
    containers = b"".join(part(3, _container(each)) for each in pod.containers)
    return part(1, pod.name) + part(2, pod.namespace) + containers


def _container(container: Container) -> bytes:
    topology = part(3, part(1, figure(1, 1)))
    devices = b"".join(
        part(2, part(1, resource) + part(2, id_) + topology) for resource, id_ in container.devices
    )
    cpus = b"".join(figure(3, cpu) for cpu in (0, 200))
    claims = b"".join(part(5, _claim(claim)) for claim in container.claims)
    return part(1, container.name) + devices + cpus + part(4, figure(2, 4096)) + claims


def _claim(claim: Claim) -> bytes:
    device = part(1, part(1, f"{claim.driver}/gpu={claim.device}"))
    device += part(2, claim.driver) + part(3, claim.pool) + part(4, claim.device)
    return part(2, claim.name) + part(3, claim.namespace) + part(4, device)


def pod(
    name: str,
    *ids: str,
    resource: str = "nvidia.com/gpu",
    namespace: str = "default",
    container: str = "main",
    claims: Sequence[Claim] = (),
) -> Pod:
    devices = tuple((resource, id_) for id_ in ids)
    return Pod(name, namespace, (Container(container, devices, tuple(claims)),))


@dataclass
class Kubelet:
    path: Path
    pods: Sequence[Pod] = ()
    raw: bytes | None = None
    """Answered in place of the pods."""
    refusal: grpc.StatusCode | None = None
    asked: int = 0
    held: Event = field(default_factory=Event)
    """Cleared, it lets nobody have an answer."""

    def __post_init__(self) -> None:
        self.held.set()

    def answer(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        del request
        self.asked += 1
        self.held.wait(20)
        if self.refusal is not None:
            context.abort(self.refusal, "as the test has it")
        return encode(self.pods) if self.raw is None else self.raw


@contextmanager
def serving(kubelet: Kubelet) -> Iterator[Kubelet]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    handlers: Mapping[str, grpc.RpcMethodHandler] = {
        "List": grpc.unary_unary_rpc_method_handler(kubelet.answer)
    }
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler("v1.PodResourcesLister", handlers)]
    )
    server.add_insecure_port(f"unix://{kubelet.path}")
    server.start()
    try:
        yield kubelet
    finally:
        kubelet.held.set()
        server.stop(0).wait()
