"""Factors between units, named once."""

KIB = 1024
MIB = 1024 * KIB
