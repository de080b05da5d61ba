"""Flags that say whose work is to be told of, and whom to ask."""

from warpwatch.exporter.flags.flag import Flag, Sort

ATTRIBUTING: tuple[Flag, ...] = (
    Flag(
        names=("--kubernetes", "-k"),
        env="DCGM_EXPORTER_KUBERNETES",
        sort=Sort.SWITCH,
        default=False,
        help="Label series with pod, namespace and container, as the kubelet of this node has "
        "given out GPUs; empty on idle GPUs, so that they are not billed to the exporter's own "
        "pod.",
    ),
    Flag(
        names=("--pod-resources-kubelet-socket",),
        env="DCGM_POD_RESOURCES_KUBELET_SOCKET",
        default="/var/lib/kubelet/pod-resources/kubelet.sock",
        help="Socket of the kubelet's pod-resources service.",
    ),
    Flag(
        names=("--nvidia-resource-names",),
        env="NVIDIA_RESOURCE_NAMES",
        help="Resource names beside nvidia.com/gpu and nvidia.com/mig-*, separated by commas.",
    ),
    Flag(
        names=("--kubernetes-enable-pod-labels",),
        env="DCGM_EXPORTER_KUBERNETES_ENABLE_POD_LABELS",
        sort=Sort.SWITCH,
        default=False,
        needs="--kubernetes",
        help="Copy the labels of pods to their series. Asks the API server, once and then by a "
        "watch: get, list and watch pods.",
    ),
    Flag(
        names=("--kubernetes-pod-label-allowlist-regex",),
        env="DCGM_EXPORTER_KUBERNETES_POD_LABEL_ALLOWLIST_REGEX",
        needs="--kubernetes-enable-pod-labels",
        help="Regular expressions of the pod labels to copy, separated by commas; all by default.",
    ),
    Flag(
        names=("--kubernetes-enable-pod-uid",),
        env="DCGM_EXPORTER_KUBERNETES_ENABLE_POD_UID",
        sort=Sort.SWITCH,
        default=False,
        needs="--kubernetes",
        help="Add the label pod_uid. Asks the API server, as for labels.",
    ),
    Flag(
        names=("--kubernetes-virtual-gpus",),
        env="KUBERNETES_VIRTUAL_GPUS",
        sort=Sort.SWITCH,
        default=False,
        needs="--kubernetes",
        help="One series for each pod that shares a GPU, with utilisation and used memory of its "
        "own (which takes hostPID and the API server); all else is copied, so that a sum over "
        "pods counts a shared GPU several times. warpwatch_workload_info needs no copies.",
    ),
    Flag(
        names=("--kubernetes-enable-dra",),
        env="KUBERNETES_ENABLE_DRA",
        sort=Sort.SWITCH,
        default=False,
        needs="--kubernetes",
        help="Map GPUs that were given out by Dynamic Resource Allocation. Asks the API server: "
        "get, list and watch resourceslices.",
    ),
    Flag(
        names=("--hpc-job-mapping-dir",),
        env="DCGM_HPC_JOB_MAPPING_DIR",
        help="Directory of files that name the batch jobs on each GPU.",
    ),
    Flag(
        names=("--hpc-job-mapping-max-age",),
        env="WARPWATCH_EXPORTER__HPC_JOB_MAPPING_MAX_AGE",
        default="0s",
        needs="--hpc-job-mapping-dir",
        help="Files older than this were left behind and are passed over; 0s trusts all.",
    ),
    Flag(
        names=("--slurm",),
        env="WARPWATCH_EXPORTER__SLURM",
        sort=Sort.SWITCH,
        default=False,
        help="Label series with the Slurm job (hpc_job) of the processes on a GPU, by their "
        "control groups: no prolog is needed.",
    ),
    Flag(
        names=("--container-labels",),
        env="DCGM_EXPORTER_CONTAINER_LABELS",
        sort=Sort.SWITCH,
        default=False,
        help="Label series with the container of the processes on a GPU, outside Kubernetes.",
    ),
    Flag(
        names=("--container-runtime-socket",),
        env="DCGM_CONTAINER_RUNTIME_SOCKET",
        needs="--container-labels",
        help="Socket of Docker or Podman, to be asked for the names of containers; without it "
        "they are known by the beginning of their ids.",
    ),
    Flag(
        names=("--user-labels",),
        env="WARPWATCH_EXPORTER__USER_LABELS",
        sort=Sort.SWITCH,
        default=False,
        help="Label series with the user whose processes are on a GPU.",
    ),
    Flag(
        names=("--workload-labels",),
        env="WARPWATCH_EXPORTER__WORKLOAD_LABELS",
        default="both",
        choices=("series", "info", "both"),
        help="Where it is told whose work is on a GPU: in labels on every series, in "
        "warpwatch_workload_info to be joined with, or in both. With info the number of series "
        "does not grow with every new pod.",
    ),
    Flag(
        names=("--path-procfs",),
        env="WARPWATCH_EXPORTER__PATH_PROCFS",
        default="/proc",
        help="Where the host's /proc is, for the processes on GPUs.",
    ),
)
