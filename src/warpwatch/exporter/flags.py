"""Every flag of the exporter: dcgm-exporter's, under its names, and ours.

One entry makes the command-line option, reads the environment variable, fills the
setting and stands in the documentation.
"""

from dataclasses import dataclass
from enum import StrEnum

from warpwatch.exporter.settings import DEFAULT_COUNTERS


class Sort(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    names: tuple[str, ...]
    env: str = ""
    sort: Sort = Sort.TEXT
    default: str | int | bool = ""
    choices: tuple[str, ...] = ()
    help: str
    idle: str = ""
    """Why giving it changes nothing; it is accepted with a warning that says this."""
    refused: str = ""
    """Why giving it stops the start: ignoring it would leave the user less safe than asked."""

    @property
    def key(self) -> str:
        """The attribute of Settings that it fills."""
        return self.names[0].removeprefix("--").replace("-", "_")


_LATER = "attribution to pods and jobs over the node's own sockets and files is not in this version"
_NO_DCGM = "there is no DCGM engine in this process"

FLAGS: tuple[Flag, ...] = (
    Flag(
        names=("--source",),
        env="WARPWATCH_EXPORTER__SOURCE",
        default="auto",
        help="Where readings come from: auto, nvml, sim, sim:8xH100, sim:4xA100,4xT4 or "
        "sim:FILE.toml. auto takes the driver of this machine and never simulates.",
    ),
    Flag(
        names=("--compat",),
        env="WARPWATCH_EXPORTER__COMPAT",
        default="classic",
        choices=("classic", "4.8.3"),
        help="Which generation of dcgm-exporter the page looks like: classic (up to 4.8.2, label "
        "Hostname) or 4.8.3 (label hostname, families by name, corrected types).",
    ),
    Flag(
        names=("--collectors", "-f"),
        env="DCGM_EXPORTER_COLLECTORS",
        default=DEFAULT_COUNTERS,
        help="CSV file of the fields to collect. Where the default path does not exist, the "
        "built-in list of the same fields is used.",
    ),
    Flag(
        names=("--address", "-a"),
        env="DCGM_EXPORTER_LISTEN",
        default=":9400",
        help="Address to listen on.",
    ),
    Flag(
        names=("--collect-interval", "-c"),
        env="DCGM_EXPORTER_INTERVAL",
        sort=Sort.NUMBER,
        default=1000,
        help="Milliseconds between two reads of the GPUs. dcgm-exporter's 30000 shows a load up to "
        "40 s late; a read here costs little, so the default is 1000, and below 100 the profiling "
        "counters of the hardware are not valid.",
    ),
    Flag(
        names=("--kubernetes", "-k"),
        env="DCGM_EXPORTER_KUBERNETES",
        sort=Sort.SWITCH,
        default=False,
        help="Label series with pod, namespace and container; empty on idle GPUs, so that they are "
        "not billed to the exporter's own pod. In this version only a source that knows its pods "
        "(the simulator) fills them.",
    ),
    Flag(
        names=("--devices", "-d"),
        env="DCGM_EXPORTER_DEVICES_STR",
        default="f",
        help="GPUs to monitor: f (all; a GPU under MIG by its instances), g[:0-3,5] (GPUs), "
        "i[:0-3,5] (MIG instances).",
    ),
    Flag(
        names=("--use-old-namespace", "-o"),
        env="DCGM_EXPORTER_USE_OLD_NAMESPACE",
        sort=Sort.SWITCH,
        default=False,
        help="Label names of the 1.x line: uuid, pod_name, pod_namespace, container_name.",
    ),
    Flag(
        names=("--no-hostname", "-n"),
        env="DCGM_EXPORTER_NO_HOSTNAME",
        sort=Sort.SWITCH,
        default=False,
        help="Leave the host name label out.",
    ),
    Flag(
        names=("--hostname",),
        env="NODE_NAME",
        help="Value of the host name label; the name of this machine by default.",
    ),
    Flag(
        names=("--replace-blanks-in-model-name", "-rbmn"),
        env="DCGM_EXPORTER_REPLACE_BLANKS_IN_MODEL_NAME",
        sort=Sort.SWITCH,
        default=False,
        help="Write NVIDIA-H100-80GB-HBM3 instead of NVIDIA H100 80GB HBM3.",
    ),
    Flag(
        names=("--xid-count-window-size", "-x"),
        env="DCGM_EXPORTER_XID_COUNT_WINDOW_SIZE",
        sort=Sort.NUMBER,
        default=300_000,
        help="Milliseconds over which DCGM_EXP_XID_ERRORS_COUNT counts.",
    ),
    Flag(
        names=("--clock-events-count-window-size",),
        env="DCGM_EXPORTER_CLOCK_EVENTS_COUNT_WINDOW_SIZE",
        sort=Sort.NUMBER,
        default=300_000,
        help="Milliseconds over which DCGM_EXP_CLOCK_EVENTS_COUNT counts.",
    ),
    Flag(
        names=("--log-format",),
        env="DCGM_EXPORTER_LOG_FORMAT",
        default="text",
        choices=("text", "json"),
        help="Form of the log lines on standard error.",
    ),
    Flag(
        names=("--debug",),
        env="DCGM_EXPORTER_DEBUG",
        sort=Sort.SWITCH,
        default=False,
        help="Log at debug level.",
    ),
    Flag(
        names=("--configmap-data", "-m"),
        env="DCGM_EXPORTER_CONFIGMAP_DATA",
        default="none",
        help="ConfigMap (namespace:name, key metrics) in place of the CSV file.",
        refused="ConfigMaps are not read in this version: mount it as a file, give --collectors",
    ),
    Flag(
        names=("--web-config-file",),
        env="DCGM_EXPORTER_WEB_CONFIG_FILE",
        help="TLS and authentication, in the format of the exporter toolkit.",
        refused="TLS and authentication are not in this version, and it will not serve without "
        "what was asked for: put a TLS proxy in front and listen on 127.0.0.1",
    ),
    Flag(
        names=("--web-systemd-socket",),
        env="DCGM_EXPORTER_SYSTEMD_SOCKET",
        sort=Sort.SWITCH,
        default=False,
        help="Take the listening socket from systemd.",
        refused="socket activation is not in this version: give --address",
    ),
    Flag(
        names=("--kubernetes-gpu-id-type",),
        env="DCGM_EXPORTER_KUBERNETES_GPU_ID_TYPE",
        default="uid",
        choices=("uid", "device-name"),
        help="How the kubelet names GPUs: uid or device-name.",
        idle=_LATER,
    ),
    Flag(
        names=("--kubernetes-enable-pod-labels",),
        env="DCGM_EXPORTER_KUBERNETES_ENABLE_POD_LABELS",
        sort=Sort.SWITCH,
        default=False,
        help="Copy the labels of pods to their series.",
    ),
    Flag(
        names=("--kubernetes-enable-pod-uid",),
        env="DCGM_EXPORTER_KUBERNETES_ENABLE_POD_UID",
        sort=Sort.SWITCH,
        default=False,
        help="Add the label pod_uid.",
    ),
    Flag(
        names=("--kubernetes-pod-label-allowlist-regex",),
        env="DCGM_EXPORTER_KUBERNETES_POD_LABEL_ALLOWLIST_REGEX",
        help="Which pod labels to copy; all by default.",
        idle=_LATER,
    ),
    Flag(
        names=("--kubernetes-virtual-gpus",),
        env="KUBERNETES_VIRTUAL_GPUS",
        sort=Sort.SWITCH,
        default=False,
        help="One series for each pod that shares a GPU.",
        idle=_LATER,
    ),
    Flag(
        names=("--kubernetes-enable-dra",),
        env="KUBERNETES_ENABLE_DRA",
        sort=Sort.SWITCH,
        default=False,
        help="Map GPUs that were given out by Dynamic Resource Allocation.",
        idle=_LATER,
    ),
    Flag(
        names=("--nvidia-resource-names",),
        env="NVIDIA_RESOURCE_NAMES",
        help="Resource names beside nvidia.com/gpu and nvidia.com/mig-*.",
        idle=_LATER,
    ),
    Flag(
        names=("--pod-resources-kubelet-socket",),
        env="DCGM_POD_RESOURCES_KUBELET_SOCKET",
        default="/var/lib/kubelet/pod-resources/kubelet.sock",
        help="Socket of the kubelet's pod-resources service.",
        idle=_LATER,
    ),
    Flag(
        names=("--hpc-job-mapping-dir",),
        env="DCGM_HPC_JOB_MAPPING_DIR",
        help="Directory of files that name the batch jobs on each GPU.",
        idle=_LATER,
    ),
    Flag(
        names=("--switch-devices", "-s"),
        env="DCGM_EXPORTER_OTHER_DEVICES_STR",
        default="f",
        help="NVSwitches and links to monitor.",
        idle="all switches and links that the source knows are shown",
    ),
    Flag(
        names=("--cpu-devices", "-p"),
        env="DCGM_EXPORTER_CPU_DEVICES_STR",
        default="f",
        help="Grace CPUs and cores to monitor.",
        idle="no source of this version reads CPUs",
    ),
    Flag(
        names=("--remote-hostengine-info", "-r"),
        env="DCGM_REMOTE_HOSTENGINE_INFO",
        default="localhost:5555",
        help="Address of a DCGM host engine.",
        idle="GPUs are read through the driver on this machine, not through a host engine",
    ),
    Flag(
        names=("--fake-gpus",),
        env="DCGM_EXPORTER_USE_FAKE_GPUS",
        sort=Sort.SWITCH,
        default=False,
        help="Fake entities of DCGM.",
        idle="simulated GPUs are chosen with --source sim",
    ),
    Flag(
        names=("--enable-dcgm-log",),
        env="DCGM_EXPORTER_ENABLE_DCGM_LOG",
        sort=Sort.SWITCH,
        default=False,
        help="Copy DCGM's log to standard output.",
        idle=_NO_DCGM,
    ),
    Flag(
        names=("--dcgm-log-level",),
        env="DCGM_EXPORTER_DCGM_LOG_LEVEL",
        default="NONE",
        choices=("NONE", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "VERB"),
        help="Level of DCGM's log.",
        idle=_NO_DCGM,
    ),
    Flag(
        names=("--disable-startup-validate",),
        env="DISABLE_STARTUP_VALIDATE",
        sort=Sort.SWITCH,
        default=False,
        help="Do not check for libdcgm at the start.",
        idle="nothing is validated that could stop the start: a missing driver is a metric here",
    ),
    Flag(
        names=("--enable-gpu-bind-unbind-watch",),
        env="DCGM_EXPORTER_ENABLE_GPU_BIND_UNBIND_WATCH",
        sort=Sort.SWITCH,
        default=False,
        help="Notice GPUs that appear and vanish.",
        idle="the inventory is always looked at, each interval",
    ),
    Flag(
        names=("--gpu-bind-unbind-poll-interval",),
        env="DCGM_EXPORTER_GPU_BIND_UNBIND_POLL_INTERVAL",
        default="1s",
        help="How often to look for them.",
        idle="the inventory is always looked at, each interval",
    ),
    Flag(
        names=("--enable-pprof",),
        env="DCGM_EXPORTER_ENABLE_PPROF",
        sort=Sort.SWITCH,
        default=False,
        help="Serve Go's profiles under /debug/pprof/.",
        idle="this is not a Go program",
    ),
    Flag(
        names=("--dump-enabled",),
        env="DCGM_EXPORTER_DUMP_ENABLED",
        sort=Sort.SWITCH,
        default=False,
        help="Write debug dumps.",
        idle="debug dumps are not in this version",
    ),
    Flag(
        names=("--dump-directory",),
        env="DCGM_EXPORTER_DUMP_DIRECTORY",
        default="/tmp/dcgm-exporter-debug",  # noqa: S108  the original's default, shown in the help
        help="Where debug dumps go.",
        idle="debug dumps are not in this version",
    ),
    Flag(
        names=("--dump-retention",),
        env="DCGM_EXPORTER_DUMP_RETENTION",
        sort=Sort.NUMBER,
        default=24,
        help="Hours for which debug dumps are kept.",
        idle="debug dumps are not in this version",
    ),
    Flag(
        names=("--dump-compression",),
        env="DCGM_EXPORTER_DUMP_COMPRESSION",
        sort=Sort.SWITCH,
        default=True,
        help="Compress debug dumps.",
        idle="debug dumps are not in this version",
    ),
)
