"""Which labels name an entity: names, order and casing as dcgm-exporter has them."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from warpwatch.expo.text import Pair
from warpwatch.exporter.era import Era
from warpwatch.samples.entity import Core, Cpu, Entity, Gpu, Instance, Link, Switch
from warpwatch.samples.owner import Claim, Owner

NOBODY = Owner()

_NEW = ("pod", "namespace", "container")
_OLD = ("pod_name", "pod_namespace", "container_name")
# fmt: off
RESERVED = frozenset((
    "gpu", "UUID", "uuid", "pci_bus_id", "device", "modelName", "GPU_I_PROFILE", "GPU_I_ID",
    "Hostname", "hostname", "nvlink", "nvswitch", "gpu_uuid", "model_name", "cpu", "cpucore",
    "cpu_serial", "pod", "namespace", "container", "pod_name", "pod_namespace", "container_name",
    "pod_uid", "vgpu", "hpc_job", "user", "dra_claim_name", "dra_claim_namespace",
    "dra_driver_name", "dra_pool_name", "dra_device_name", "dra_mig_profile",
    "dra_mig_device_uuid", "window_size_in_ms", "xid", "err_code", "err_msg", "clock_event",
    "peer_gpu", "link_status", "health_watch", "health_error_code", "kind", "stage", "field",
    "reason", "pid", "command", "job", "instance",
))
# fmt: on
"""Every label that a page of ours may write, and the two that Prometheus itself attaches."""
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_]")


@dataclass(frozen=True, slots=True)
class Naming:
    era: Era
    hostname: str
    """Empty: no host name label."""
    old_namespace: bool = False
    dashes_in_model: bool = False
    pod_labels: bool = False
    """The labels that pods were given by their authors, made fit for Prometheus."""
    pod_uid: bool = False
    tenants: bool = False
    """Batch jobs, where somebody was asked for them."""
    users: bool = False
    pods: bool = False
    """Kubernetes mode: pod labels on every series, empty where nobody owns the entity.

    A label that is absent would be filled with the exporter's own pod when Prometheus
    attaches its target labels, and idle GPUs would be billed to it.
    """

    def identity(self, entity: Entity) -> tuple[Pair, ...]:
        host = self.host()
        if isinstance(entity, Link):
            # Lower case on links already where GPUs had Hostname: so dcgm-exporter 4.8 wrote it.
            host = tuple(("hostname", name) for _, name in host)
        return (*self._entity(entity), *host)

    def brief(self, entity: Entity) -> tuple[Pair, ...]:
        """Enough to join with the full series; for our own families."""
        match entity:
            case Gpu():
                return (("gpu", str(entity.index)), (self._uuid, entity.uuid), *self.host())
            case Instance():
                gpu = entity.gpu
                instance = (("GPU_I_PROFILE", entity.profile), ("GPU_I_ID", str(entity.id)))
                return (("gpu", str(gpu.index)), (self._uuid, gpu.uuid), *instance, *self.host())
            case _:
                return self.identity(entity)

    def host(self) -> tuple[Pair, ...]:
        return ((self.era.hostname, self.hostname),) if self.hostname else ()

    def owner(self, owner: Owner | None) -> tuple[Pair, ...]:
        """Attributes of the work, sorted by name."""
        owner = owner or NOBODY
        names = _OLD if self.old_namespace else _NEW
        pairs: dict[str, str] = {}
        if self.pods:
            whose = (owner.pod, owner.namespace, owner.container)
            pairs = dict(zip(names, whose, strict=True)) | _told(vgpu=owner.vgpu)
            if self.pod_uid:
                pairs["pod_uid"] = owner.pod_uid
            if owner.claim is not None:
                pairs |= _claim(owner.claim)
        elif not owner.pod and owner.container:
            pairs[names[-1]] = owner.container
        if self.tenants:
            pairs |= _told(hpc_job=owner.hpc_job, user=owner.user if self.users else "")
        return tuple(sorted(pairs.items()))

    def labels_of_pod(self, owner: Owner | None, taken: AbstractSet[str]) -> tuple[Pair, ...]:
        """Under names that Prometheus takes. Of several that come out alike the first stays, and
        none may stand in for a label of ours, there or not: a series with one name twice voids the
        whole page, and who may label his pod must not be able to say whose a GPU is.
        """
        if not self.pod_labels or owner is None:
            return ()
        pairs: dict[str, str] = {}
        for name, value in sorted(owner.labels.items()):
            fit = _NOT_IN_NAMES.sub("_", name)
            fit = f"_{fit}" if fit[:1].isdigit() else fit
            if fit and fit not in taken and fit not in RESERVED and not fit.startswith("__"):
                pairs.setdefault(fit, value)
        return tuple(pairs.items())

    @property
    def _uuid(self) -> str:
        return "uuid" if self.old_namespace else "UUID"

    def _entity(self, entity: Entity) -> Iterator[Pair]:
        match entity:
            case Gpu():
                yield from self._gpu(entity)
            case Instance():
                yield from self._gpu(entity.gpu)
                yield "GPU_I_PROFILE", entity.profile
                yield "GPU_I_ID", str(entity.id)
            case Link():
                yield from self._link(entity)
            case Switch():
                yield "nvswitch", f"nvswitch{entity.index}"
            case Cpu():
                yield "cpu", str(entity.index)
                yield from self._serial(entity)
            case Core():
                yield "cpucore", str(entity.index)
                yield "cpu", str(entity.cpu.index)
                yield from self._serial(entity.cpu)

    def _serial(self, cpu: Cpu) -> Iterator[Pair]:
        if self.era.cpu_serial and cpu.serial:
            yield "cpu_serial", cpu.serial

    def _gpu(self, gpu: Gpu) -> Iterator[Pair]:
        yield "gpu", str(gpu.index)
        yield self._uuid, gpu.uuid
        yield "pci_bus_id", gpu.pci_bus_id
        yield "device", gpu.device
        yield "modelName", self._model(gpu)

    def _link(self, link: Link) -> Iterator[Pair]:
        """Links are named in snake case, unlike GPUs; so the original has it."""
        yield "nvlink", str(link.index)
        if link.switch is not None:
            yield "nvswitch", f"nvswitch{link.switch.index}"
        if link.gpu is not None:
            yield "gpu", str(link.gpu.index)
            yield "gpu_uuid", link.gpu.uuid
            yield "pci_bus_id", link.gpu.pci_bus_id
            yield "device", link.gpu.device
            yield "model_name", self._model(link.gpu)

    def _model(self, gpu: Gpu) -> str:
        return gpu.model.replace(" ", "-") if self.dashes_in_model else gpu.model


def _claim(claim: Claim) -> dict[str, str]:
    return _told(
        dra_claim_name=claim.name,
        dra_claim_namespace=claim.namespace,
        dra_driver_name=claim.driver,
        dra_pool_name=claim.pool,
        dra_device_name=claim.device,
        dra_mig_profile=claim.mig_profile,
        dra_mig_device_uuid=claim.mig_uuid,
    )


def _told(**pairs: str) -> dict[str, str]:
    return {name: value for name, value in pairs.items() if value}
