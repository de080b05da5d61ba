"""Simulated programs that run on the GPUs or feed them, and what they say of themselves."""
