"""Whose work runs on an entity: set by the simulator or by an attribution stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Claim:
    """How Kubernetes' Dynamic Resource Allocation gave out a device."""

    name: str
    namespace: str
    driver: str
    pool: str
    device: str
    mig_profile: str = ""
    mig_uuid: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """A pod, a batch job, or a user's process; fields that do not apply stay empty."""

    pod: str = ""
    namespace: str = ""
    container: str = ""
    pod_uid: str = ""
    vgpu: str = ""
    """Which of the shares of a GPU that is given out several times."""
    claim: Claim | None = None
    hpc_job: str = ""
    user: str = ""
    team: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Labels of the pod, as its author wrote them."""
