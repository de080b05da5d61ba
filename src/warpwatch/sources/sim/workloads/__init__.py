"""Kinds of work, one per file, each with the signature by which people recognise it."""

from warpwatch.sources.sim.work import Workload
from warpwatch.sources.sim.workloads.burn import BURN
from warpwatch.sources.sim.workloads.communication_bound import COMMUNICATION_BOUND
from warpwatch.sources.sim.workloads.held import HELD
from warpwatch.sources.sim.workloads.hpc import HPC
from warpwatch.sources.sim.workloads.idle import IDLE
from warpwatch.sources.sim.workloads.imbalanced import IMBALANCED
from warpwatch.sources.sim.workloads.inference import INFERENCE
from warpwatch.sources.sim.workloads.input_bound import INPUT_BOUND
from warpwatch.sources.sim.workloads.leak import LEAK
from warpwatch.sources.sim.workloads.notebook import NOTEBOOK
from warpwatch.sources.sim.workloads.one_sm import ONE_SM
from warpwatch.sources.sim.workloads.training import TRAINING
from warpwatch.sources.sim.workloads.transcoding import TRANSCODING

WORKLOADS: tuple[Workload, ...] = (
    BURN,
    COMMUNICATION_BOUND,
    HELD,
    HPC,
    IDLE,
    IMBALANCED,
    INFERENCE,
    INPUT_BOUND,
    LEAK,
    NOTEBOOK,
    ONE_SM,
    TRAINING,
    TRANSCODING,
)
