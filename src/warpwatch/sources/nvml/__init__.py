"""GPUs through NVIDIA's management library, by the official bindings.

What needs two samples or a thread of its own (profiling by GPM, MIG instances, links,
processes) is not read here yet; each such field is a gap, never a guess.
"""
