"""How each field is read off the state: one table per family, all of them in `table`."""
