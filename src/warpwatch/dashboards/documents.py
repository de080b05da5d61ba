"""Boards that are committed, for whoever imports them without us."""

from collections.abc import Mapping

from warpwatch.dashboards.outputs import boards


def files() -> Mapping[str, str]:
    """Path below the root of the repository → content."""
    return {f"deploy/generated/dashboards/{name}": text for name, text in boards().items()}
