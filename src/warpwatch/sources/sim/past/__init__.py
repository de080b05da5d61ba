"""The weeks before a simulated fleet was looked at: how it was asked for, and what it did."""
