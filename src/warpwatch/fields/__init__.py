"""The catalogue: every metric once, keyed by its DCGM field id."""
