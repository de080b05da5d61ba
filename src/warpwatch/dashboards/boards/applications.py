"""What programs on GPUs say of themselves, under neutral names: serving, training, pipelines."""

from warpwatch.dashboards import words as w
from warpwatch.dashboards.dashboard import Dashboard, Row, Variable
from warpwatch.dashboards.panel import AMBER, GREEN, RED, Query, Step, Text, TimeSeries, Unit

_RATE = w.RATE
NAMESPACE = Variable(
    name="space",
    label="Namespace",
    query="label_values({__name__=~"
    '"inference_requests_total|training_steps_total|pipeline_last_success_timestamp_seconds"}, '
    "namespace)",
)
_IN = 'namespace=~"$space"'
_WHICH = "{{namespace}} {{job}} {{model}}"
_OF = "namespace, job, model"


def _quantile(q: float, series: str) -> str:
    rate = f"job:{series}_bucket:rate5m{{{_IN}}}"
    return f"histogram_quantile({q}, sum by ({_OF}, le) ({rate}))"


def _rate(series: str, more: str = "") -> str:
    return f"sum by ({_OF}) (rate({series}{{{more}{_IN}}}[{_RATE}]))"


_ASKED = _rate("inference_requests_total")
_FAILED = _rate("inference_requests_total", 'outcome!~"ok|success", ')

_SERVING = Row(
    "Serving",
    (
        TimeSeries(
            title="Latency, one in a hundred",
            description="What one request in a hundred takes longer than; the alert's threshold is "
            "the line.",
            queries=(Query(expr=_quantile(0.99, "inference_request_seconds"), legend=_WHICH),),
            unit=Unit.SECONDS,
            low=0,
            steps=(Step(0, GREEN), Step(w.T.inference_p99_seconds, RED)),
        ),
        TimeSeries(
            title="Time to the first token",
            description="What half of the requests wait for the first token, and one in twenty.",
            queries=(
                Query(expr=_quantile(0.5, "inference_ttft_seconds"), legend=f"half {_WHICH}"),
                Query(expr=_quantile(0.95, "inference_ttft_seconds"), legend=f"95 % {_WHICH}"),
            ),
            unit=Unit.SECONDS,
            low=0,
        ),
        TimeSeries(
            title="Requests",
            description="Requests that were answered a second.",
            queries=(Query(expr=_rate("inference_requests_total"), legend=_WHICH),),
            unit=Unit.REQUESTS_PER_SECOND,
            low=0,
        ),
        TimeSeries(
            title="Failed",
            description="Share of the requests that fail.",
            queries=(
                Query(
                    expr=f"{_FAILED} / {_ASKED}",
                    legend=_WHICH,
                ),
            ),
            unit=Unit.RATIO,
            low=0,
            steps=(Step(0, GREEN), Step(w.T.error_ratio, RED)),
        ),
        TimeSeries(
            title="Waiting",
            description="Requests that wait to be begun with; a queue that grows needs replicas.",
            queries=(
                Query(expr=f"inference_queue_depth{{{_IN}}}", legend=_WHICH),
                Query(expr=f"inference_in_flight{{{_IN}}}", legend=f"at work {_WHICH}"),
            ),
            unit=Unit.COUNT,
            low=0,
        ),
        TimeSeries(
            title="Tokens",
            description="Tokens a second, read and written.",
            queries=(
                Query(
                    expr="sum by (namespace, job, model, kind) "
                    f"(rate(inference_tokens_total{{{_IN}}}[{_RATE}]))",
                    legend="{{kind}} " + _WHICH,
                ),
            ),
            unit=Unit.PER_SECOND,
            low=0,
        ),
    ),
)
_TRAINING = Row(
    "Training",
    (
        TimeSeries(
            title="Steps",
            description="Steps a second; a fall while GPUs are well is the program or its data.",
            queries=(Query(expr=_rate("training_steps_total"), legend=_WHICH),),
            unit=Unit.PER_SECOND,
            low=0,
        ),
        TimeSeries(
            title="Waiting for data",
            description="Share of the time in which a rank waits for its data, the mean of all of "
            "a job; above a tenth is worth some work.",
            queries=(
                Query(
                    expr=f"avg by ({_OF}) (job:training_data_wait_seconds:rate5m{{{_IN}}})",
                    legend=_WHICH,
                ),
            ),
            unit=Unit.RATIO,
            low=0,
            steps=(Step(0, GREEN), Step(0.1, AMBER)),
        ),
        TimeSeries(
            title="Loss",
            description="What the training makes smaller, as the program reports it.",
            queries=(Query(expr=f"training_loss{{{_IN}}}", legend=_WHICH),),
            unit=Unit.NONE,
        ),
        TimeSeries(
            title="Share of the possible",
            description="Model FLOPs as a share of the peak, as the program reckons them; 0.4 is "
            "good for large models.",
            queries=(Query(expr=f"training_mfu_ratio{{{_IN}}}", legend=_WHICH),),
            unit=Unit.RATIO,
            width=12,
            low=0,
            high=1,
        ),
        TimeSeries(
            title="Time that brought nothing",
            description="Seconds a second spent on other things than steps, by what on.",
            queries=(
                Query(
                    expr="sum by (namespace, job, cause) "
                    f"(rate(training_badput_seconds_total{{{_IN}}}[{_RATE}]))",
                    legend="{{cause}} {{namespace}} {{job}}",
                ),
            ),
            unit=Unit.RATIO,
            width=12,
            low=0,
        ),
    ),
)
_PIPELINES = Row(
    "Pipelines and quality",
    (
        TimeSeries(
            title="Since it last did anything",
            description="How long ago each stage last succeeded.",
            queries=(
                Query(
                    expr=f"time() - pipeline_last_success_timestamp_seconds{{{_IN}}}",
                    legend="{{namespace}} {{job}} {{stage}}",
                ),
            ),
            unit=Unit.SECONDS,
            low=0,
            steps=(Step(0, GREEN), Step(w.T.stale_seconds, RED)),
        ),
        TimeSeries(
            title="Backlog",
            description="Records that wait to be worked on.",
            queries=(
                Query(expr=f"pipeline_backlog{{{_IN}}}", legend="{{namespace}} {{job}} {{stage}}"),
            ),
            unit=Unit.COUNT,
            low=0,
        ),
        TimeSeries(
            title="Age of the data",
            description="How far behind the present the data is that it works on.",
            queries=(
                Query(
                    expr=f"pipeline_watermark_lag_seconds{{{_IN}}}",
                    legend="{{namespace}} {{job}} {{stage}}",
                ),
            ),
            unit=Unit.SECONDS,
            low=0,
            steps=(Step(0, GREEN), Step(w.T.stale_seconds, RED)),
        ),
        TimeSeries(
            title="Quality",
            description="What a watch over a model measures, such as its accuracy.",
            queries=(
                Query(
                    expr=f"quality_value{{{_IN}}}",
                    legend="{{metric}} {{namespace}} {{job}} {{model}}",
                ),
            ),
            unit=Unit.RATIO,
            width=12,
        ),
        TimeSeries(
            title="Drift",
            description="How far what a model is asked has moved from what it was trained on.",
            queries=(
                Query(
                    expr=f"quality_drift_score{{{_IN}}}",
                    legend="{{feature}} {{namespace}} {{job}} {{model}}",
                ),
            ),
            unit=Unit.NONE,
            width=12,
            low=0,
            steps=(Step(0, GREEN), Step(w.T.drift_score, RED)),
        ),
    ),
)

BOARD = Dashboard(
    name="applications",
    title="GPUs: applications",
    description="What programs on GPUs say of themselves: serving, training, pipelines.",
    variables=(NAMESPACE,),
    alerts=w.firing('family="applications"'),
    rows=(
        Row(
            "What this is",
            (
                Text(
                    title="How to read this",
                    content="Programs show here that expose series under [neutral names]"
                    "(https://github.com/warpwatch/warpwatch/blob/main/docs/simulation.md): "
                    "`inference_*`, `training_*`, `pipeline_*`, `quality_*`. **What is slow for "
                    "users** is the first row; whether the GPUs are to blame is on *Workloads and "
                    "jobs*.",
                ),
            ),
        ),
        _SERVING,
        _TRAINING,
        _PIPELINES,
    ),
)
