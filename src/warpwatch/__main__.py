"""The program. Its version is answered before anything is imported: scripts ask for it in loops."""

import sys

from warpwatch import __version__


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"warpwatch {__version__}\n")
        return
    from warpwatch.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
