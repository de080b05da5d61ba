"""Readings of fields on entities at a time, and whose work they belong to. Values only."""
