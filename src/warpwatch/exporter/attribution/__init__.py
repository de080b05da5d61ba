"""Whose work runs on which GPU: one stage per file, each of which adds what it knows to a report.

stage        what a stage is; a list of them is one
kubelet      pods, containers and claims, from the kubelet of this node
pods         uid and labels of those pods, from the API server
slices       which GPU a claim of Dynamic Resource Allocation stands for
job_files    batch jobs, from files that a prolog writes
containers   names of containers, from their runtime
tenants      batch jobs, containers and users, from the processes on a GPU
uses         what each owner of a shared GPU uses of it
families     what the page says of it beside labels
inquiry      asking somebody once an interval
device_ids   the names under which GPUs are handed out
cgroups      what a control group says of a process
"""
