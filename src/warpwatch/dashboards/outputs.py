"""Boards as files, as Grafana provisions them, and as its sidecar in Kubernetes picks them up."""

from collections.abc import Iterator, Mapping

from warpwatch.dashboards.boards import BOARDS
from warpwatch.dashboards.render import text

FOLDER = "warpwatch"
PROVIDER = "dashboards.yaml"
_PATH = "/var/lib/grafana/dashboards/warpwatch"

Yaml = Mapping[str, object]


def boards() -> Mapping[str, str]:
    """Name of a file → its text."""
    return {f"{board.name}.json": text(board) for board in BOARDS}


def provisioned(path: str = _PATH) -> Iterator[tuple[str, str]]:
    """The same, and the file that tells Grafana of the folder in which they are to lie."""
    yield PROVIDER, _yaml(provider(path))
    for name, content in boards().items():
        yield f"dashboards/{name}", content


def provider(path: str = _PATH) -> Yaml:
    """By which Grafana finds the folder; what is changed in it is changed here or nowhere."""
    told = {
        "name": FOLDER,
        "folder": FOLDER,
        "type": "file",
        "allowUiUpdates": False,
        "options": {"path": path},
    }
    return {"apiVersion": 1, "providers": [told]}


def config_maps(namespace: str) -> Iterator[tuple[str, str]]:
    """One for each board: a ConfigMap has room for about a megabyte."""
    for board in BOARDS:
        metadata: dict[str, object] = {
            "name": board.uid,
            "labels": {"grafana_dashboard": "1"},
            "annotations": {"grafana_folder": FOLDER},
        }
        if namespace:
            metadata["namespace"] = namespace
        yield (
            f"{board.uid}.yaml",
            _yaml(
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": metadata,
                    "data": {f"{board.uid}.json": text(board)},
                }
            ),
        )


def _yaml(told: Yaml) -> str:
    import yaml  # noqa: PLC0415  only those who render

    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True)
