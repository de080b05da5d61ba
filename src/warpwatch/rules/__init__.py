"""Rules for anyone's Prometheus: one neutral set of series out of what exporters disagree on,
what is worked out from it, and what to be woken up for.

model        what a rule is; groups and files of them, as the YAML that Prometheus reads
thresholds   the numbers, in one place, and how a user changes them
identity     labels under which each exporter names the same GPU, made one
normalise    the first group: neutral series
recording    what is looked at from afar: by node, workload, team, model, cluster
alerts       one file per family, each alert with its runbook
render       all of it as text; documents: what of it is committed
"""
