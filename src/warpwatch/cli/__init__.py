"""One file per command: arguments, printing, exit codes, and nothing else."""
