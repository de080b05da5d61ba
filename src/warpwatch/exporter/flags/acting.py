"""Flags that do something."""

from warpwatch.exporter.flags.flag import Flag, Sort
from warpwatch.exporter.settings import DEFAULT_COUNTERS, DUMPS

ACTING: tuple[Flag, ...] = (
    Flag(
        names=("--source",),
        env="WARPWATCH_EXPORTER__SOURCE",
        default="auto",
        help="Where readings come from: auto, nvml, sim, sim:8xH100, sim:4xA100,4xT4, "
        "sim:FILE.toml or replay:FILE[,speed=10][,loop]. auto takes the driver of this machine and "
        "never simulates.",
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
        names=("--config",),
        env="WARPWATCH_CONFIG",
        help="Settings file (TOML, or YAML of the same shape) with a table [exporter] of these "
        "flags. By default warpwatch.toml in ~/.config/warpwatch or /etc/warpwatch.",
    ),
    Flag(
        names=("--config-file",),
        env="DCGM_EXPORTER_CONFIG_FILE",
        help="Settings file in dcgm-exporter's own YAML, version 1 or 2.",
    ),
    Flag(
        names=("--configmap-data", "-m"),
        env="DCGM_EXPORTER_CONFIGMAP_DATA",
        default="none",
        help="ConfigMap (namespace:name, key metrics) in place of the CSV file; it is watched, and "
        "a change is taken at once.",
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
        least=1,
        default=1000,
        help="Milliseconds between two reads of the GPUs. dcgm-exporter's 30000 shows a load up to "
        "40 s late; a read here costs little, so the default is 1000, and below 100 the profiling "
        "counters of the hardware are not valid.",
    ),
    Flag(
        names=("--devices", "-d"),
        env="DCGM_EXPORTER_DEVICES_STR",
        default="f",
        help="GPUs to monitor: f (all; a GPU under MIG by its instances), g[:0-3,5] (GPUs), "
        "i[:0-3,5] (MIG instances) or both, g:0,i:1.",
    ),
    Flag(
        names=("--mig-device-values",),
        env="WARPWATCH_EXPORTER__MIG_DEVICE_VALUES",
        default="repeat",
        choices=("repeat", "once"),
        help="Under MIG, what is board-wide (power, temperature, clocks): repeat it with each "
        "instance, as dcgm-exporter does and its users' queries expect, or tell it once, in a row "
        "of the GPU, so that a sum over all rows is true.",
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
        least=1,
        default=300_000,
        help="Milliseconds over which DCGM_EXP_XID_ERRORS_COUNT counts.",
    ),
    Flag(
        names=("--clock-events-count-window-size",),
        env="DCGM_EXPORTER_CLOCK_EVENTS_COUNT_WINDOW_SIZE",
        sort=Sort.NUMBER,
        least=1,
        default=300_000,
        help="Milliseconds over which DCGM_EXP_CLOCK_EVENTS_COUNT counts.",
    ),
    Flag(
        names=("--processes",),
        env="WARPWATCH_EXPORTER__PROCESSES",
        sort=Sort.SWITCH,
        default=False,
        help="Tell of the processes on each GPU: memory, share of the SMs, user and program. Users "
        "and programs are known where /proc shows them (in Kubernetes: hostPID). Each process is a "
        "series of its own, so Prometheus keeps one for every process there ever was.",
    ),
    Flag(
        names=("--dump-enabled",),
        env="DCGM_EXPORTER_DUMP_ENABLED",
        sort=Sort.SWITCH,
        default=False,
        help="Once a minute, write what was read to a file: values, gaps with their reasons, and "
        "whose work it was; neither labels of pods nor command lines. All files together take no "
        "more than 64 MiB.",
    ),
    Flag(
        names=("--dump-directory",),
        env="DCGM_EXPORTER_DUMP_DIRECTORY",
        default=DUMPS,
        help="Where these files go.",
    ),
    Flag(
        names=("--dump-retention",),
        env="DCGM_EXPORTER_DUMP_RETENTION",
        sort=Sort.NUMBER,
        default=24,
        help="Hours for which they are kept; 0 leaves it to their size.",
    ),
    Flag(
        names=("--dump-compression",),
        env="DCGM_EXPORTER_DUMP_COMPRESSION",
        sort=Sort.SWITCH,
        default=True,
        help="Compress them.",
    ),
    Flag(
        names=("--release-seconds",),
        env="WARPWATCH_EXPORTER__RELEASE_SECONDS",
        sort=Sort.NUMBER,
        least=1,
        default=60,
        help="For how long warpwatch release or SIGUSR1 makes the exporter let go of the driver, "
        "so that a GPU can be reset, MIG be changed or the driver be unloaded.",
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
        names=("--web-config-file",),
        env="DCGM_EXPORTER_WEB_CONFIG_FILE",
        help="TLS, client certificates, passwords, headers and a rate limit, in the format of the "
        "exporter toolkit; changes of it and of its certificates are followed.",
    ),
    Flag(
        names=("--web-systemd-socket",),
        env="DCGM_EXPORTER_SYSTEMD_SOCKET",
        sort=Sort.SWITCH,
        default=False,
        help="Listen on the sockets that systemd hands over, in place of --address.",
    ),
    Flag(
        names=("--web-read-timeout",),
        env="DCGM_EXPORTER_WEB_READ_TIMEOUT",
        default="10s",
        help="How long a client may take to send the head of its request.",
    ),
    Flag(
        names=("--web-write-timeout",),
        env="DCGM_EXPORTER_WEB_WRITE_TIMEOUT",
        default="10s",
        help="How long a client may leave the page unread.",
    ),
    Flag(
        names=("--max-concurrent-scrapes",),
        env="DCGM_EXPORTER_MAX_CONCURRENT_SCRAPES",
        sort=Sort.NUMBER,
        least=1,
        default=512,
        help="Connections at a time; more are answered 503. Scrapes of a moment share one page.",
    ),
    Flag(
        names=("--health-require-gpus",),
        env="DCGM_EXPORTER_HEALTH_REQUIRE_GPUS",
        sort=Sort.SWITCH,
        default=False,
        help="Answer 503 on /health while there are no GPUs.",
    ),
)
