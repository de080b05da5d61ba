"""warpwatch down: the end of what `up` started."""

import click


@click.command("down")
@click.option(
    "--wipe", is_flag=True, help="Also remove what it kept: measurements, logs, fetched programs."
)
def command(*, wipe: bool) -> None:
    """Stop the stack, whoever started it; nothing of it runs afterwards."""
    from warpwatch.app import stack

    stopped, gone = stack.down(wipe=wipe)
    click.echo(f"stopped process {stopped} and its children" if stopped else "nothing ran")
    for folder in gone:
        click.echo(f"removed {folder}")
