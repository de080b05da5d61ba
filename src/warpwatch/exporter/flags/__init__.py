"""Every flag of the exporter: dcgm-exporter's, under its names, and ours.

One entry makes the command-line option, reads the environment variable, fills the
setting and stands in the documentation.
"""

from warpwatch.exporter.flags.acting import ACTING
from warpwatch.exporter.flags.attributing import ATTRIBUTING
from warpwatch.exporter.flags.compatible import COMPATIBLE
from warpwatch.exporter.flags.flag import Flag, Sort

FLAGS: tuple[Flag, ...] = (*ACTING, *ATTRIBUTING, *COMPATIBLE)

__all__ = ["FLAGS", "Flag", "Sort"]
