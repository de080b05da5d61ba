"""Why there is no driver to ask, and what to look at next."""

from collections.abc import Mapping

from warpwatch.sources.nvml.door import Refused

_NEXT: Mapping[int | None, str] = {
    4: "ls -l /dev/nvidia* shows who may use the devices",
    9: "modprobe nvidia; where that fails, dmesg | grep NVRM says why",
    12: "install NVIDIA's driver, or give the container NVIDIA_DRIVER_CAPABILITIES=utility",
    18: "cat /proc/driver/nvidia/version shows the module that is loaded; reboot, or load the "
    "module that belongs to the library",
}
"""By NVML's code."""


def describe(refusal: Refused) -> str:
    step = _NEXT.get(refusal.code)
    return f"no usable NVIDIA driver: {refusal.message}" + (f" (next: {step})" if step else "")


def subset(visible: int, held: int, chosen: str) -> str:
    """What a container sees of the machine's GPUs; empty where it sees them all."""
    if visible >= held:
        return ""
    by_whom = f" (NVIDIA_VISIBLE_DEVICES={chosen})" if chosen else ""
    return f"{visible} of the {held} GPUs that the driver holds are visible here{by_whom}"
