"""Whose work is on a GPU, as one small series for each owner, whoever told of it.

Our exporter says it in a series of its own. Of another one it is read off a series that every list
of counters has: from the labels that Prometheus renamed (`exported_pod`) or, where it kept them,
from `pod`, unless that is the exporter's own pod, which idle GPUs carry by mistake.
"""

import json
import re
from collections.abc import Iterator, Mapping

from warpwatch.rules.model import Record
from warpwatch.rules.neutral import by_slices
from warpwatch.rules.source import INSTANCE, joined, replaced

WORKLOAD = (
    "workload_namespace",
    "workload_pod",
    "workload_container",
    "workload_job",
    "workload_user",
)
OWNED = (*INSTANCE, *WORKLOAD, "team")
NOBODYS = "unassigned"

INFO = "gpu_owner:workload:info"
SHARE = "gpu_owner:share:ratio"

FOR = "30m"
"""How long it is told whose a GPU was that nobody can read any more."""


def last(matchers: str = "") -> str:
    """`LAST` of those that the matchers in braces take."""
    return (
        f"{SHARE}{matchers} or on (uuid) (last_over_time({SHARE}{matchers}[{FOR}]) "
        "unless on (uuid) gpu:temperature:celsius)"
    )


LAST = last()
"""Whose each GPU is; of one that cannot be read (it hangs, is lost, or its exporter is down) whose
it was. That of a GPU which is read is not asked for the past: there nobody is an answer, too.
"""

_OURS = "warpwatch_workload_info"
_THEIRS = "DCGM_FI_DEV_FB_USED"
_OWN_POD = 'container!~".*(dcgm-exporter|warpwatch).*"'
_KEPT = dict(
    zip(WORKLOAD, ("namespace", "pod", "container", "hpc_job", "user"), strict=True),
)
_RENAMED = {
    "workload_namespace": "exported_namespace",
    "workload_pod": "exported_pod",
    "workload_container": "exported_container",
    "workload_job": "hpc_job",
}


def records(team_label: str, teams: Mapping[str, str]) -> Iterator[Record]:
    """`team_label` is a label of pods, `teams` says whose a namespace is."""
    team_label = re.sub(r"\W", "_", team_label, flags=re.ASCII)  # as exporters write it
    yield Record(
        name=INFO,
        expr=_teamed(" or ".join(_told(team_label)), teams),
        help="A workload that has the GPU or the MIG instance; the value is 1.",
    )
    entity = ", ".join(INSTANCE)
    alone = f"on ({entity}) group_left () count by ({entity}) ({INFO})"
    yield Record(
        name=SHARE,
        expr=by_slices(lambda matcher: f"{INFO}{{{matcher}}} / {alone}"),
        unit="ratio",
        help="How much of a GPU a workload has: all of it, its slices under MIG, an equal part "
        "where several share.",
    )


def _told(team_label: str) -> Iterator[str]:
    ours = _owned(_OURS, {**_KEPT, "team": team_label})
    yield ours
    others = f"unless on (uuid) group by (uuid) ({ours})"
    renamed = {**_RENAMED, "team": f"exported_{team_label}"}
    kept = {**_KEPT, "team": team_label}
    for matchers, names in (
        ('exported_pod!=""', renamed),
        (f'pod!="", exported_pod="", {_OWN_POD}', kept),
        ('hpc_job!="", pod="", exported_pod=""', kept),
    ):
        yield f"{_owned(f'{_THEIRS}{{{matchers}}}', names)} {others}"


def _owned(selector: str, names: Mapping[str, str]) -> str:
    """With our labels in place of the exporter's."""
    expr = joined(selector)
    for ours, theirs in (("mig_id", "GPU_I_ID"), ("mig_profile", "GPU_I_PROFILE"), *names.items()):
        if ours != theirs:
            expr = replaced(expr, ours, theirs)
    return f"group by ({', '.join(OWNED)}) ({expr})"


def _teamed(owners: str, teams: Mapping[str, str]) -> str:
    """By the pod's label; without one by its namespace; and without either nobody's."""
    expr = f'label_join({owners}, "team_of", ";", "team", "workload_namespace")'
    for namespace, team in sorted(teams.items()):
        # Escaped for the expression, and once more for the text that it stands in.
        exactly = re.escape(namespace).replace("\\", "\\\\")
        told = json.dumps(team.replace("$", "$$"), ensure_ascii=False)
        expr = f'label_replace({expr}, "team", {told}, "team_of", ";{exactly}")'
    expr = f'label_replace({expr}, "team", "{NOBODYS}", "team", "")'
    return f"group by ({', '.join(OWNED)}) ({expr})"
