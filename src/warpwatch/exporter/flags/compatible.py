"""Flags of dcgm-exporter that are accepted without effect."""

from warpwatch.exporter.flags.flag import Flag, Sort

_NO_DCGM = "there is no DCGM engine in this process"

COMPATIBLE: tuple[Flag, ...] = (
    Flag(
        names=("--kubernetes-gpu-id-type",),
        env="DCGM_EXPORTER_KUBERNETES_GPU_ID_TYPE",
        default="uid",
        choices=("uid", "device-name"),
        help="How the kubelet names GPUs: uid or device-name.",
        idle="both forms are understood",
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
        names=("--watch-max-keep-age",),
        env="DCGM_EXPORTER_WATCH_MAX_KEEP_AGE",
        help="How long DCGM keeps samples.",
        idle=_NO_DCGM,
    ),
    Flag(
        names=("--watch-max-keep-samples",),
        env="DCGM_EXPORTER_WATCH_MAX_KEEP_SAMPLES",
        sort=Sort.NUMBER,
        default=0,
        help="How many samples DCGM keeps.",
        idle=_NO_DCGM,
    ),
    Flag(
        names=("--enable-exporter-metrics",),
        env="DCGM_EXPORTER_ENABLE_EXPORTER_METRICS",
        sort=Sort.SWITCH,
        default=False,
        help="Metrics of the exporter itself.",
        idle="how collecting goes is always on the page, under warpwatch_",
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
)
