"""docs/migrating-from-dcgm-exporter.md, row by row: each one is true of the code, or of a test."""

import ast
import re
from pathlib import Path

import pytest

from warpwatch.expo.text import Pair
from warpwatch.exporter import derived
from warpwatch.exporter.era import ERAS
from warpwatch.exporter.flags import FLAGS
from warpwatch.exporter.identity import Naming
from warpwatch.exporter.own import FAMILIES
from warpwatch.fields import spellings
from warpwatch.fields.identity import DRIVER_VERSION
from warpwatch.samples.entity import Gpu, Instance, Link
from warpwatch.samples.owner import Claim, Owner

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "migrating-from-dcgm-exporter.md").read_text()

ORIGINAL = """
--collectors -f DCGM_EXPORTER_COLLECTORS /etc/dcgm-exporter/default-counters.csv
--address -a DCGM_EXPORTER_LISTEN :9400
--collect-interval -c DCGM_EXPORTER_INTERVAL 30000
--kubernetes -k DCGM_EXPORTER_KUBERNETES False
--kubernetes-gpu-id-type DCGM_EXPORTER_KUBERNETES_GPU_ID_TYPE uid
--kubernetes-enable-pod-labels DCGM_EXPORTER_KUBERNETES_ENABLE_POD_LABELS False
--kubernetes-enable-pod-uid DCGM_EXPORTER_KUBERNETES_ENABLE_POD_UID False
--kubernetes-pod-label-allowlist-regex DCGM_EXPORTER_KUBERNETES_POD_LABEL_ALLOWLIST_REGEX ''
--kubernetes-virtual-gpus KUBERNETES_VIRTUAL_GPUS False
--kubernetes-enable-dra KUBERNETES_ENABLE_DRA False
--nvidia-resource-names NVIDIA_RESOURCE_NAMES ''
--pod-resources-kubelet-socket DCGM_POD_RESOURCES_KUBELET_SOCKET /var/lib/kubelet/pod-resources/kubelet.sock
--hpc-job-mapping-dir DCGM_HPC_JOB_MAPPING_DIR ''
--devices -d DCGM_EXPORTER_DEVICES_STR f
--switch-devices -s DCGM_EXPORTER_OTHER_DEVICES_STR f
--cpu-devices -p DCGM_EXPORTER_CPU_DEVICES_STR f
--configmap-data -m DCGM_EXPORTER_CONFIGMAP_DATA none
--remote-hostengine-info -r DCGM_REMOTE_HOSTENGINE_INFO localhost:5555
--use-old-namespace -o DCGM_EXPORTER_USE_OLD_NAMESPACE False
--no-hostname -n DCGM_EXPORTER_NO_HOSTNAME False
--fake-gpus DCGM_EXPORTER_USE_FAKE_GPUS False
--replace-blanks-in-model-name -rbmn DCGM_EXPORTER_REPLACE_BLANKS_IN_MODEL_NAME False
--xid-count-window-size -x DCGM_EXPORTER_XID_COUNT_WINDOW_SIZE 300000
--clock-events-count-window-size DCGM_EXPORTER_CLOCK_EVENTS_COUNT_WINDOW_SIZE 300000
--web-config-file DCGM_EXPORTER_WEB_CONFIG_FILE ''
--web-systemd-socket DCGM_EXPORTER_SYSTEMD_SOCKET False
--enable-dcgm-log DCGM_EXPORTER_ENABLE_DCGM_LOG False
--dcgm-log-level DCGM_EXPORTER_DCGM_LOG_LEVEL NONE
--log-format DCGM_EXPORTER_LOG_FORMAT text
--debug DCGM_EXPORTER_DEBUG False
--disable-startup-validate DISABLE_STARTUP_VALIDATE False
--enable-gpu-bind-unbind-watch DCGM_EXPORTER_ENABLE_GPU_BIND_UNBIND_WATCH False
--gpu-bind-unbind-poll-interval DCGM_EXPORTER_GPU_BIND_UNBIND_POLL_INTERVAL 1s
--enable-pprof DCGM_EXPORTER_ENABLE_PPROF False
--dump-enabled DCGM_EXPORTER_DUMP_ENABLED False
--dump-directory DCGM_EXPORTER_DUMP_DIRECTORY /tmp/dcgm-exporter-debug
--dump-retention DCGM_EXPORTER_DUMP_RETENTION 24
--dump-compression DCGM_EXPORTER_DUMP_COMPRESSION True
--config-file DCGM_EXPORTER_CONFIG_FILE ''
--web-read-timeout DCGM_EXPORTER_WEB_READ_TIMEOUT ?
--web-write-timeout DCGM_EXPORTER_WEB_WRITE_TIMEOUT ?
--container-labels DCGM_EXPORTER_CONTAINER_LABELS False
--container-runtime-socket DCGM_CONTAINER_RUNTIME_SOCKET ?
--max-concurrent-scrapes DCGM_EXPORTER_MAX_CONCURRENT_SCRAPES ?
--enable-exporter-metrics DCGM_EXPORTER_ENABLE_EXPORTER_METRICS False
--health-require-gpus DCGM_EXPORTER_HEALTH_REQUIRE_GPUS False
--watch-max-keep-age DCGM_EXPORTER_WATCH_MAX_KEEP_AGE ?
--watch-max-keep-samples DCGM_EXPORTER_WATCH_MAX_KEEP_SAMPLES ?
""".strip().splitlines()  # noqa: E501
"""Name, alias, variable and default of each; a default that is not known is `?`."""

LABELS = {
    *("gpu", "UUID", "pci_bus_id", "device", "modelName", "GPU_I_PROFILE", "GPU_I_ID", "Hostname"),
    *("nvlink", "gpu_uuid", "model_name", "container", "namespace", "pod", "pod_uid", "vgpu"),
    *("pod_name", "pod_namespace", "container_name", "hpc_job", "err_code", "err_msg", "xid"),
    *("window_size_in_ms", "clock_event", "peer_gpu", "link_status"),
    *(f"dra_{name}" for name in ("claim_name", "claim_namespace", "driver_name", "pool_name")),
    *("dra_device_name", "dra_mig_profile", "dra_mig_device_uuid", "DCGM_FI_DRIVER_VERSION"),
}
"""Of the original, without those of switches and CPUs."""

HELD = {
    "The first values": "process/test_exporter.py::what_is_served_beside_the_metrics",
    "A GPU that hangs": "process/test_exporter.py::a_hung_gpu_costs_its_own_series_only",
    "No driver, no GPU": "process/test_exporter.py::without_a_driver_the_page_is_200_and_says_why",
    "A field that is missing": (
        "exporter/test_golden.py::every_field_of_the_catalogue_has_a_value_or_a_gap"
    ),
    "Reload of the list": "process/test_exporter.py::a_changed_list_is_taken_and_a_bad_one_is_not",
    "A bad list at the start": "process/test_exporter.py::a_bad_list_names_file_line_and_column",
    "Type histogram or summary": (
        "exporter/test_counters.py::types_that_one_number_cannot_have_become_untyped"
    ),
    "Types that were wrong": (
        "exporter/test_selection.py::"
        "types_that_an_era_put_right_are_right_whatever_the_list_still_says"
    ),
    "Idle GPUs": "exporter/test_view.py::an_idle_gpu_in_kubernetes_mode_has_empty_pod_labels",
    "Shared GPUs": "exporter/test_sharing.py::a_series_of_several_pods_is_nobodys",
    "Virtual GPUs": (
        "exporter/test_sharing.py::copies_have_what_each_pod_uses_and_the_device_keeps_its_own"
    ),
    "Several batch jobs on a GPU": (
        "exporter/test_sharing.py::of_several_batch_jobs_each_has_a_copy"
    ),
    "A file of a job whose epilog never ran": (
        "exporter/attribution/test_job_files.py::a_file_that_an_epilog_left_behind_says_nothing"
    ),
    "Job of a MIG instance": (
        "exporter/attribution/test_job_files.py::an_instance_without_a_file_has_the_jobs_of_its_gpu"
    ),
    "A kubelet that does not answer": (
        "exporter/attribution/test_kubelet.py::"
        "labels_outlive_a_silent_kubelet_for_a_while_and_then_go"
    ),
    "The API server": "clients/kubernetes/test_mirror.py::it_lists_page_by_page_and_then_follows",
    "MIG": (
        "exporter/test_view.py::under_mig_instances_stand_for_the_gpu_and_repeat_what_is_board_wide"
    ),
    "`DCGM_FI_DEV_XID_ERRORS` before the first XID": (
        "exporter/test_page.py::before_the_first_xid_one_era_says_zero_and_the_other_nothing"
    ),
    "XIDs": "process/test_exporter.py::an_injected_xid_is_counted_and_stays_the_last_one",
    "`DCGM_EXP_CLOCK_EVENTS_COUNT`": (
        "exporter/test_tally.py::clock_events_count_samples_in_the_window_and_edges_for_ever"
    ),
    "`/health`": "process/test_exporter.py::what_is_served_beside_the_metrics",
    "Formats": "process/test_exporter.py::formats_and_compression_are_negotiated",
    "Two scrapers": "process/test_exporter.py::all_scrapers_of_a_moment_get_the_same_bytes",
    "Nsight beside it": "exporter/test_pause.py::paused_fields_are_gaps_and_all_others_are_read",
    "Resetting a GPU": "nvml/test_release.py::the_driver_is_let_go_on_request_and_opened_again",
}
"""Each row of behaviour, and the test that would fail if it were no longer so."""


FLAGS_HELD = {
    "--collectors": "process/test_exporter.py::flags_as_dcgm_exporter_takes_them",
    "--address": "process/test_exporter.py::a_taken_port_names_its_holder",
    "--collect-interval": (
        "test_config.py::an_interval_too_short_for_the_hardware_is_raised_and_that_is_said"
    ),
    "--kubernetes": "nvml/test_attribution.py::pods_with_whole_gpus",
    "--kubernetes-enable-pod-labels": "nvml/test_attribution.py::labels_and_uids_of_pods",
    "--kubernetes-enable-pod-uid": "nvml/test_attribution.py::labels_and_uids_of_pods",
    "--kubernetes-pod-label-allowlist-regex": "nvml/test_attribution.py::labels_and_uids_of_pods",
    "--kubernetes-virtual-gpus": "nvml/test_attribution.py::pods_that_share_a_gpu",
    "--kubernetes-enable-dra": "nvml/test_attribution.py::claims_of_dynamic_allocation",
    "--nvidia-resource-names": (
        "nvml/test_attribution.py::gpus_that_are_handed_out_under_other_names_are_known_by_them"
    ),
    "--pod-resources-kubelet-socket": "nvml/test_attribution.py::pods_with_whole_gpus",
    "--hpc-job-mapping-dir": "nvml/test_attribution.py::batch_jobs_from_files",
    "--devices": "process/test_flags.py::chosen_devices_alone_are_shown",
    "--configmap-data": "process/test_edge.py::a_list_of_counters_in_a_configmap_is_followed",
    "--use-old-namespace": "process/test_flags.py::the_old_namespace_has_its_labels",
    "--no-hostname": "process/test_flags.py::host_and_blanks_are_left_out",
    "--replace-blanks-in-model-name": "process/test_flags.py::host_and_blanks_are_left_out",
    "--xid-count-window-size": "process/test_flags.py::windows_are_as_long_as_was_said",
    "--clock-events-count-window-size": "process/test_flags.py::windows_are_as_long_as_was_said",
    "--web-config-file": "process/test_edge.py::tls_and_a_password_stand_before_every_page",
    "--web-systemd-socket": "process/test_edge.py::a_socket_of_systemd_is_listened_on",
    "--web-read-timeout": (
        "process/test_protection.py::a_client_that_never_ends_its_handshake_is_let_go"
    ),
    "--web-write-timeout": "test_config.py::limits_of_the_server_are_those_of_the_flags",
    "--max-concurrent-scrapes": (
        "process/test_flags.py::connections_beyond_the_limit_are_told_to_come_later"
    ),
    "--health-require-gpus": "process/test_flags.py::health_may_depend_on_gpus",
    "--log-format": "process/test_flags.py::log_lines_may_be_json_and_tell_more",
    "--debug": "process/test_flags.py::log_lines_may_be_json_and_tell_more",
    "--dump-enabled": "process/test_flags.py::dumps_are_written_where_and_how_it_was_said",
    "--dump-directory": "process/test_flags.py::dumps_are_written_where_and_how_it_was_said",
    "--dump-retention": "exporter/test_dumps.py::the_aged_go_unless_age_does_not_count",
    "--dump-compression": "process/test_flags.py::dumps_are_written_where_and_how_it_was_said",
    "--config-file": "process/test_flags.py::a_settings_file_of_the_originals_is_followed",
    "--container-labels": "nvml/test_attribution.py::containers_and_users_of_a_bare_host",
    "--container-runtime-socket": (
        "exporter/attribution/test_containers.py::"
        "a_container_is_known_by_its_name_from_the_next_time_on"
    ),
}
"""Each flag that has an effect here, and a test that would fail if it had none."""


def rows(title: str) -> list[list[str]]:
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


FLAG_ROWS = {code(row[1])[0]: row for row in rows("Flags")}


@pytest.mark.parametrize("line", ORIGINAL)
def test_a_flag_of_the_original(line: str) -> None:
    """It is taken under all its names, and its row says what becomes of it."""
    *names, variable, default = line.split()
    flag = next(flag for flag in FLAGS if flag.env == variable)
    assert list(flag.names) == names
    told, _, here = FLAG_ROWS[variable]
    assert code(told) == names
    assert here.startswith(("no effect: ", "same", "default "))
    assert here.startswith("no effect: ") is bool(flag.idle)
    if default != "?":
        differs = str(flag.default) != default.strip("'")
        assert here.startswith("default ") is differs
    if here.startswith("default "):
        assert here.startswith(f"default {flag.default}")


def test_no_flag_is_told_of_that_is_none() -> None:
    variables = {line.split()[-2] for line in ORIGINAL}
    assert set(FLAG_ROWS) == variables | {"NODE_NAME"}
    known = {name for flag in FLAGS for name in flag.names}
    assert {word for word in code(PAGE) if re.fullmatch(r"--[a-z-]+", word)} <= known
    theirs = {flag.env for flag in FLAGS if not flag.env.startswith("WARPWATCH_")}
    assert theirs == set(FLAG_ROWS), "a flag under a variable of the original needs a row"


def labels_of_our_pages() -> set[str]:
    gpu = Gpu(0, "GPU-1", "00000000:1B:00.0", "NVIDIA H100")
    entities = (gpu, Instance(gpu, 1, "1g.10gb", "MIG-1"), Link(0, gpu=gpu))
    claim = Claim("c", "ml", "gpu.nvidia.com", "n1", "gpu-0", "1g.10gb", "MIG-1")
    owner = Owner("p", "ml", "main", pod_uid="u", vgpu="0", claim=claim, hpc_job="42")
    pairs: list[Pair] = []
    for old in (False, True):
        naming = Naming(
            ERAS["classic"], "n1", old_namespace=old, pods=True, pod_uid=True, tenants=True
        )
        pairs += [pair for entity in entities for pair in naming.identity(entity)]
        pairs += naming.owner(owner)
    written = ast.walk(ast.parse(Path(derived.__file__).read_text()))
    texts = {node.value for node in written if isinstance(node, ast.Constant)}
    return {name for name, _ in pairs} | {text for text in texts if isinstance(text, str)}


def test_labels_are_those_of_the_original_and_of_our_pages() -> None:
    told = {code(row[0])[0] for row in rows("Labels")}
    assert told == LABELS
    assert told - {DRIVER_VERSION.name} <= labels_of_our_pages()


def test_metrics_exist() -> None:
    names = {word for word in code(PAGE) if re.fullmatch(r"DCGM_(FI|EXP)_[A-Z0-9_]+", word)}
    assert names
    assert {name for name in names if spellings.resolve(name) is None} == set()
    ours = {word.split("{")[0] for word in code(PAGE) if re.match(r"warpwatch_\w+[a-z]$", word)}
    assert ours >= {"warpwatch_gpu_gap", "warpwatch_workload_info"}
    known = {own.family.name for own in FAMILIES} | {"warpwatch_workload_info"}
    assert ours <= known


def test_each_behaviour_is_held_by_a_test_that_exists() -> None:
    assert [row[0] for row in rows("What a user sees")] == list(HELD)
    acting = [row for row in rows("Flags") if not row[2].startswith("no effect")]
    assert [code(row[0])[0] for row in acting if code(row[0])] == list(FLAGS_HELD)
    for place in (*HELD.values(), *FLAGS_HELD.values()):
        path, _, name = place.partition("::")
        tests = {
            node.name
            for node in ast.walk(ast.parse((ROOT / "tests" / path).read_text()))
            if isinstance(node, ast.FunctionDef)
        }
        assert f"test_{name}" in tests


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", PAGE)
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
