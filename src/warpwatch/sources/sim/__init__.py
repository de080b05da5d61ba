"""Simulated GPUs that behave like real ones: for demos, tests and fleets nobody can buy.

Nothing here is random at run time: every value follows from the scenario, its seed and
the clock, so that a page seen once can be seen again.
"""
