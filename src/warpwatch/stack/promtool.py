"""A configuration held to Prometheus' own checker, before a child is started with it."""

from pathlib import Path

from warpwatch.errors import InputError
from warpwatch.stack.command import ask


async def check(tool: Path, file: Path) -> None:
    """What is refused here would be refused again and again by a child."""
    words = [str(tool), "check", "config", str(file)]
    done = await ask(words)
    if done.code:
        raise InputError(str(file), refusal(done.text), hint=" ".join(words))


def refusal(text: str) -> str:
    """The reason in what promtool said; a field that it does not know is one it cannot do."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    unknown = next((line for line in lines if "not found in type" in line), "")
    if unknown:
        field = unknown.partition("field ")[2].partition(" ")[0]
        return (
            f"{field} is something that this version of Prometheus cannot do, or that it was "
            "built without (Debian 12's has no discovery in Kubernetes)"
        )
    failed = [line for line in lines if "FAILED" in line or "error" in line.lower()]
    return (failed or lines or ["is refused"])[-1]
