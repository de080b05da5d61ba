"""Cause to effect: activity to power, power to clocks, both to heat, all to counters.

One idea per file; each is a function over the state that is exact for any length of tick.
"""
