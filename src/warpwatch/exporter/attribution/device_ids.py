"""The names under which a kubelet hands out GPUs, of which every device plugin has its own."""

import re
from dataclasses import dataclass

from warpwatch.samples.entity import Entity, Gpu, Instance

_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<uuid>MIG-[0-9a-fA-F-]+)",
        r"(?:MIG-)(?P<gpu>GPU-[0-9a-fA-F-]+)/(?P<instance>[0-9]{1,4})/[0-9]{1,4}",
        r"(?P<uuid>GPU-[0-9a-zA-Z-]+)",
        r"nvidia(?P<index>[0-9]{1,4})(?:/gi(?P<instance>[0-9]{1,4}))?(?:/vgpu(?P<share>[0-9]{1,4}))?",
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """What an id stands for: one of the first three says which GPU or instance."""

    uuid: str = ""
    """Of a GPU or of a MIG instance."""
    gpu: str = ""
    """UUID of the GPU of an instance that is named by its number."""
    index: int | None = None
    instance: int | None = None
    share: str = ""


def places(entity: Entity) -> tuple[Place, ...]:
    """All that an entity may be called."""
    match entity:
        case Gpu(index=index, uuid=uuid):
            return Place(uuid=uuid), Place(index=index)
        case Instance(gpu=gpu, id=number, uuid=uuid, computes=computes):
            # Each compute instance has a name of its own, and all share the GPU instance.
            return (
                *(Place(uuid=each) for each in dict.fromkeys((uuid, *(c.uuid for c in computes)))),
                Place(gpu=gpu.uuid, instance=number),
                Place(index=gpu.index, instance=number),
            )
        case _:
            return ()


def place(id_: str) -> Place | None:
    """None: no form that is known."""
    device, replicated, share = id_.partition("::")
    for form in _FORMS:
        found = form.fullmatch(device)
        if found is not None:
            said = found.groupdict()
            index, instance = said.get("index"), said.get("instance")
            return Place(
                uuid=said.get("uuid") or "",
                gpu=said.get("gpu") or "",
                index=int(index) if index else None,
                instance=int(instance) if instance else None,
                share=share if replicated else said.get("share") or "",
            )
    return None
