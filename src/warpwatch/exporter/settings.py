"""What an exporter can be told, as one frozen value."""

from dataclasses import dataclass

from warpwatch.errors import UsageError
from warpwatch.httpd import Limits
from warpwatch.units import Seconds

DEFAULT_COUNTERS = "/etc/dcgm-exporter/default-counters.csv"
KUBELET_SOCKET = "/var/lib/kubelet/pod-resources/kubelet.sock"
DUMPS = "/tmp/dcgm-exporter-debug"  # noqa: S108  the original's default
SHORTEST_INTERVAL_MS = 100
SHORTEST_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    source: str = "auto"
    compat: str = "classic"
    config: str = ""
    config_file: str = ""
    collectors: str = DEFAULT_COUNTERS
    counters: str = ""
    """A list of counters that a settings file holds; in place of a file of them."""
    configmap_data: str = "none"
    address: str = ":9400"
    collect_interval: int = 1000
    kubernetes: bool = False
    kubernetes_enable_pod_labels: bool = False
    kubernetes_enable_pod_uid: bool = False
    kubernetes_pod_label_allowlist_regex: str = ""
    kubernetes_virtual_gpus: bool = False
    kubernetes_enable_dra: bool = False
    nvidia_resource_names: str = ""
    pod_resources_kubelet_socket: str = KUBELET_SOCKET
    hpc_job_mapping_dir: str = ""
    hpc_job_mapping_max_age: str = "0s"
    slurm: bool = False
    container_labels: bool = False
    container_runtime_socket: str = ""
    user_labels: bool = False
    workload_labels: str = "both"
    path_procfs: str = "/proc"
    devices: str = "f"
    mig_device_values: str = "repeat"
    use_old_namespace: bool = False
    no_hostname: bool = False
    hostname: str = ""
    replace_blanks_in_model_name: bool = False
    xid_count_window_size: int = 300_000
    clock_events_count_window_size: int = 300_000
    web_config_file: str = ""
    web_systemd_socket: bool = False
    web_read_timeout: str = "10s"
    web_write_timeout: str = "10s"
    max_concurrent_scrapes: int = 512
    health_require_gpus: bool = False
    processes: bool = False
    dump_enabled: bool = False
    dump_directory: str = DUMPS
    dump_retention: int = 24
    dump_compression: bool = True
    release_seconds: int = 60
    log_format: str = "text"
    debug: bool = False

    @property
    def interval(self) -> float:
        return self.collect_interval / 1000

    @property
    def device_values_once(self) -> bool:
        return self.mig_device_values == "once"

    @property
    def tells_tenants(self) -> bool:
        """Whose work it is, from the processes on a GPU."""
        return self.slurm or self.container_labels or self.user_labels

    @property
    def job_files_stale(self) -> float:
        return _duration("--hpc-job-mapping-max-age", self.hpc_job_mapping_max_age)

    @property
    def reads_processes(self) -> bool:
        return self.processes or self.tells_tenants or self.shares_gpus

    @property
    def shares_gpus(self) -> bool:
        """Whether each pod on a shared GPU has series of its own."""
        return self.kubernetes and self.kubernetes_virtual_gpus

    @property
    def attributes(self) -> bool:
        return self.kubernetes or self.tells_tenants or bool(self.hpc_job_mapping_dir)

    @property
    def asks_for_pods(self) -> bool:
        """Of the API server; the kubelet alone knows neither uids nor labels."""
        wanted = (
            self.kubernetes_enable_pod_labels,
            self.kubernetes_enable_pod_uid,
            self.kubernetes_virtual_gpus,
        )
        return self.kubernetes and any(wanted)

    @property
    def configmap(self) -> tuple[str, str] | None:
        """Namespace and name of the one that holds the list of counters, if one does."""
        if self.configmap_data == "none":
            return None
        namespace, _, name = self.configmap_data.partition(":")
        if not namespace or not name or "/" in self.configmap_data:
            raise UsageError(
                f"--configmap-data {self.configmap_data!r} is not namespace:name",
                hint="such as monitoring:gpu-counters",
            )
        return namespace, name

    @property
    def limits(self) -> Limits:
        return Limits(
            head_seconds=_seconds("--web-read-timeout", self.web_read_timeout),
            write_seconds=_seconds("--web-write-timeout", self.web_write_timeout),
            connections=self.max_concurrent_scrapes,
        )

    @property
    def stale_after(self) -> float:
        """Values older than this are not served: an old value read as a new one misleads."""
        return max(3 * self.interval, 10.0)


def _seconds(flag: str, text: str) -> float:
    seconds = _duration(flag, text)
    if seconds < SHORTEST_TIMEOUT:
        raise UsageError(
            f"{flag} {text} is too short", hint=f"give {SHORTEST_TIMEOUT:.0f}s or more"
        )
    return seconds


def _duration(flag: str, text: str) -> float:
    try:
        return Seconds.parse(text)
    except ValueError as error:
        raise UsageError(f"{flag}: {error}") from error
