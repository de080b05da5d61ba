"""warpwatch dashboards: boards for Grafana."""

from pathlib import Path

import click

from warpwatch.cli.writing import write

_NEXT = {
    "json": "import them in Grafana under Dashboards, New, Import; or let it provision them",
    "provisioning": "put dashboards.yaml into its provisioning/dashboards, and the folder where "
    "that says",
    "configmap": "kubectl apply -f them where the sidecar of kube-prometheus-stack looks; it makes "
    "folders when sidecar.dashboards.folderAnnotation is grafana_folder",
}


@click.group("dashboards")
def command() -> None:
    """Boards for Grafana 10 and newer, over the series that `warpwatch rules render` records."""


@command.command("render")
@click.option("--out", default=".", show_default=True, help="Folder to write the files into.")
@click.option(
    "--format", "form", type=click.Choice(tuple(_NEXT)), default="json", show_default=True,
    help="Files, files with a provider for Grafana, or ConfigMaps for its sidecar.",
)  # fmt: skip
@click.option("--namespace", default="", help="Of ConfigMaps; that of kubectl otherwise.")
def render(out: str, form: str, namespace: str) -> None:
    """Write the boards."""
    from warpwatch.dashboards import outputs

    match form:
        case "json":
            files = list(outputs.boards().items())
        case "provisioning":
            files = list(outputs.provisioned())
        case _:
            files = list(outputs.config_maps(namespace))
    for name, text in files:
        write(Path(out) / name, text)
    click.echo(f"  next: {_NEXT[form]}", err=True)


@command.command("list")
def list_() -> None:
    """Name the boards, and what each is for."""
    from warpwatch.dashboards.boards import BOARDS

    for board in BOARDS:
        click.echo(f"{board.uid:<24} {board.title:<40} {board.description}")
