"""What programs on GPUs say of themselves, under neutral names: without them all is silent.

inference_request_seconds      histogram       inference_requests_total{outcome}   counter
inference_queue_depth          gauge           training_steps_total                counter
pipeline_last_success_timestamp_seconds        pipeline_watermark_lag_seconds
quality_value{metric}          gauge           quality_drift_score                 gauge
"""

from warpwatch.rules.alerts.words import HOUR, MINUTE, OWNER, PERCENT, SPAN
from warpwatch.rules.model import Alert, Runbook, Severity

_OF = "cluster, namespace, job, model"
_NAME = "{{ $labels.namespace }} {{ $labels.job }} {{ $labels.model }}"
_STEPS = "training_steps_total"
_RELEASE = "What changed last: the program, the model, the data, the number of replicas."

ALERTS: tuple[Alert, ...] = (
    Alert(
        name="AIInferenceSlow",
        expr=f"histogram_quantile(0.99, sum by ({_OF}, le) "
        "(job:inference_request_seconds_bucket:rate5m)) > %(inference_p99_seconds)s",
        severity=Severity.WARNING,
        summary="One in a hundred requests to a model takes too long.",
        description=f'{_NAME}: {{{{ $value | printf "%.2f" }}}} s at the 99th percentile.',
        lasting=2 * MINUTE,
        runbook=Runbook(
            meaning="Users wait. Mostly there are more requests than replicas, or a GPU is slow.",
            acts=OWNER,
            first=(
                "Whether a queue grows (AIInferenceQueueGrowing): then more replicas.",
                "Whether its GPUs are hot, capped or full: their alerts.",
                _RELEASE,
            ),
            over="The 99th percentile is below the threshold.",
        ),
    ),
    Alert(
        name="AIInferenceFailing",
        expr=f'sum by ({_OF}) (rate(inference_requests_total{{outcome!~"ok|success"}}[5m])) '
        f"/ (sum by ({_OF}) (rate(inference_requests_total[5m])) > 0) > %(error_ratio)s "
        # Of two requests in a quiet night one that fails is half of them, and wakes nobody.
        f'and sum by ({_OF}) (increase(inference_requests_total{{outcome!~"ok|success"}}[1h])) '
        ">= %(error_requests)s",
        severity=Severity.CRITICAL,
        summary="Many requests to a model fail.",
        description=f"{_NAME}: {PERCENT} of the requests.",
        lasting=2 * MINUTE,
        runbook=Runbook(
            meaning="Users get errors instead of answers.",
            acts=OWNER,
            first=(
                "Which: `sum by (outcome) (rate(inference_requests_total[5m]))`.",
                "The program's log; `kubectl get pods -n NAMESPACE` for restarts.",
                "Whether a GPU below it has failed: `GPUXidApplication`, `GPUFallenOffBus`.",
                _RELEASE,
            ),
            over="Fewer fail than the threshold.",
        ),
    ),
    Alert(
        name="AIInferenceQueueGrowing",
        expr="min_over_time(inference_queue_depth[5m]) "
        "- max_over_time(inference_queue_depth[5m] offset 10m) > %(queue_growth)s",
        severity=Severity.WARNING,
        summary="Requests to a model come faster than it answers.",
        description=f'{_NAME}: {{{{ $value | printf "%.0f" }}}} more wait than ten minutes ago.',
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="Even at its shortest the queue is longer than it was at its longest ten "
            "minutes before; latency follows.",
            acts=OWNER,
            first=("More replicas, or fewer requests let in.", _RELEASE),
            over="The queue no longer grows.",
        ),
    ),
    Alert(
        name="AITrainingSlowed",
        # Of a run that has gone on for an hour, without what it did in the last ten minutes.
        expr=f"rate({_STEPS}[10m]) < 0.5 * rate({_STEPS}[1h] offset 10m) and {_STEPS} offset 1h",
        severity=Severity.WARNING,
        summary="A training makes less than half of the steps that it made.",
        description=f'{_NAME}: {{{{ $value | printf "%.2f" }}}} steps a second now.',
        lasting=10 * MINUTE,
        runbook=Runbook(
            meaning="Throughput has collapsed: a rank is slow or gone, or data come too late.",
            acts=OWNER,
            first=(
                "Whether one of its GPUs is hot, lost or stalled: their alerts.",
                "`py-spy dump --pid PID` on each rank.",
                "Storage and network of its data.",
            ),
            over="It makes as many steps as before, or has ended.",
        ),
    ),
    Alert(
        name="AIPipelineStalled",
        expr="time() - pipeline_last_success_timestamp_seconds > %(stale_seconds)s",
        severity=Severity.WARNING,
        summary="A pipeline has finished nothing for long.",
        description=f"{{{{ $labels.job }}}} {{{{ $labels.stage }}}}: nothing for {SPAN}.",
        lasting=MINUTE,
        runbook=Runbook(
            meaning="A stage has not succeeded for longer than it may; those after it starve.",
            acts=OWNER,
            first=(
                "Its log; the stages before it: the first that stands is the cause.",
                "Whether it has work: `pipeline_backlog`.",
            ),
            over="It succeeds again.",
        ),
    ),
    Alert(
        name="AIDataStale",
        expr="pipeline_watermark_lag_seconds > %(stale_seconds)s",
        severity=Severity.WARNING,
        summary="A pipeline works on old data.",
        description=f"{{{{ $labels.job }}}} {{{{ $labels.stage }}}} is {SPAN} behind.",
        lasting=5 * MINUTE,
        runbook=Runbook(
            meaning="It runs, and what it works on is older than it may be: sources are late, or "
            "it is too slow.",
            acts=OWNER,
            first=("When its sources last wrote.", "Whether it catches up: the lag's course."),
            over="The lag is below the threshold.",
        ),
    ),
    Alert(
        name="AIAccuracyDropped",
        expr='avg_over_time(quality_value{metric=~"accuracy|precision|recall|f1|auc"}[1d] '
        "offset 1h) - quality_value > %(accuracy_drop)s",
        severity=Severity.WARNING,
        summary="A model's answers are worse than they were.",
        description="{{ $labels.job }} {{ $labels.model }}: {{ $labels.metric }} fell by "
        '{{ $value | printf "%.3f" }}.',
        lasting=30 * MINUTE,
        runbook=Runbook(
            meaning="A measure of quality is lower than its mean of the day before.",
            acts=OWNER,
            first=(_RELEASE, "Whether its input has changed: `AIInputDrifting`."),
            over="It is what it was; or the new level is accepted: a day later it is the mean.",
        ),
    ),
    Alert(
        name="AIInputDrifting",
        expr="quality_drift_score > %(drift_score)s",
        severity=Severity.WARNING,
        summary="What a model is asked is no longer what it was trained on.",
        description='{{ $labels.job }} {{ $labels.feature }}: drift {{ $value | printf "%.2f" }}.',
        lasting=HOUR,
        runbook=Runbook(
            meaning="The distribution of an input has moved away from its reference.",
            acts=OWNER,
            first=(
                "A fault before a change of the world: missing values, another unit or schema.",
                "Quality: `quality_value`. Unless it falls, drift alone harms nobody.",
            ),
            over="The score is below the threshold, or the reference is renewed.",
        ),
    ),
)
