"""warpwatch: watches GPUs and the AI work on them."""

__version__ = "0.1.0"
