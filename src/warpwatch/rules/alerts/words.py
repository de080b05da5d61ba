"""Words that the texts of alerts share."""

WHERE = "GPU {{ $labels.gpu }} of {{ $labels.node }} ({{ $labels.model }})"
WHERE_OURS = "GPU {{ $labels.gpu }} of {{ $labels.node }}"
WORK = "{{ $labels.workload_namespace }}/{{ $labels.workload_pod }}{{ $labels.workload_job }}"
VALUE = '{{ $value | printf "%.0f" }}'
PERCENT = "{{ $value | humanizePercentage }}"
BYTES = "{{ $value | humanize1024 }}B"

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
