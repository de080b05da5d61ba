"""The Prometheus text formats: rendering, negotiating, parsing. Knows nothing about GPUs."""
