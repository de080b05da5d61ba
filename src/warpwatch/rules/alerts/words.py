"""Words that the texts of alerts share."""

WHERE = "GPU {{ $labels.gpu }} of {{ $labels.node }} ({{ $labels.model }})"
WHERE_OURS = "GPU {{ $labels.gpu }} of {{ $labels.node }}"
WORK = "{{ $labels.workload_namespace }}/{{ $labels.workload_pod }}{{ $labels.workload_job }}"
VALUE = '{{ $value | printf "%.0f" }}'
PERCENT = "{{ $value | humanizePercentage }}"
BYTES = "{{ $value | humanize1024 }}B"
SPAN = "{{ $value | humanizeDuration }}"

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

ON_CALL = "the SRE on call"
OWNER = "the owner of the job"
HARDWARE = "the hardware team"
MONITORS = "whoever runs the monitoring"

WHOSE = (
    "Whose it is: `nvidia-smi --query-compute-apps=gpu_uuid,pid,name,used_memory --format=csv`, "
    "`kubectl get pods -A --field-selector spec.nodeName=NODE`, `squeue -w NODE`."
)
KERNEL = "What the kernel saw: `dmesg -T | grep -E 'NVRM|nvidia'`."
EMPTY = "Give it no new work: `kubectl cordon NODE`, `scontrol update nodename=NODE state=drain`."
RESET = (
    "When nothing runs on it any more: `nvidia-smi --gpu-reset -i GPU`; where that is refused or "
    "does not help, restart the node."
)
REPORT = "Before it is touched: `nvidia-bug-report.sh`, which the vendor asks for."
