"""How many processes have work on a GPU; to ask for one of these is to ask who they are, too.

DCGM's own value is a list in binary, which dcgm-exporter cannot print; here it is their number.
"""

from warpwatch.fields.declare import gauge

_NOT_A_LIST = (
    "The number of processes, where DCGM itself gives a list in binary that dcgm-exporter cannot "
    "print."
)
_SEEN = (
    "From inside a container only processes of its own PID namespace are told, unless it shares "
    "the host's (hostPID)."
)

GRAPHICS_PIDS = gauge(
    220,
    "DCGM_FI_DEV_GRAPHICS_PIDS",
    "",
    "Processes that draw on the GPU.",
    per_instance=True,
    nvml="nvmlDeviceGetGraphicsRunningProcesses",
    traps=(_NOT_A_LIST, _SEEN),
)
COMPUTE_PIDS = gauge(
    221,
    "DCGM_FI_DEV_COMPUTE_PIDS",
    "",
    "Processes that have a CUDA context on the GPU.",
    per_instance=True,
    nvml="nvmlDeviceGetComputeRunningProcesses",
    traps=(
        _NOT_A_LIST,
        _SEEN,
        "Above 0 with nothing running is a GPU that somebody holds: compare with GR_ENGINE_ACTIVE.",
    ),
)
