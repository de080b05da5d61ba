"""What holds of every read, whatever the driver refuses."""

import pynvml
from hypothesis import given
from hypothesis import strategies as st

from bindings import ALL, Bindings, open_nvml, read
from warpwatch.fields import identity, utilisation
from warpwatch.fields.catalogue import FIELDS
from warpwatch.samples.sample import Reason
from warpwatch.samples.snapshot import silence
from warpwatch.sources.nvml.ask import Ask
from warpwatch.sources.nvml.calls.table import CALLS
from warpwatch.sources.nvml.door import Door, reason
from warpwatch.sources.nvml.links import OF_LINKS
from warpwatch.sources.nvml.numbers import FIELD_VALUES, SUMS
from warpwatch.sources.nvml.plan import PEERS, XID


def whole_read() -> Bindings:
    """Bindings after a read in which nothing was refused."""
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.calls.clear()
    read(source)
    return bindings


WHOLE = dict(read(open_nvml(Bindings())).values)
CODES = st.sampled_from([*range(1, 31), pynvml.NVML_ERROR_UNKNOWN])
FUNCTIONS = sorted({name for name, _ in whole_read().calls})
NUMBERS = {id_: number for id_, (number, _) in FIELD_VALUES.items()}
REFUSED_CALLS = st.dictionaries(st.sampled_from(FUNCTIONS), CODES)
REFUSED_FIELDS: st.SearchStrategy[dict[str | int, int]] = st.dictionaries(
    st.sampled_from(sorted({*NUMBERS.values()})), CODES
)
ASKED = st.frozensets(st.sampled_from([field.id for field in FIELDS]), max_size=60)
ALIVE = utilisation.GPU_UTIL.id
VALID = identity.INFOROM_CONFIG_VALID.id
"""To which one of the codes is an answer."""

MAY_BE = {Reason.UNSUPPORTED, Reason.NOT_IMPLEMENTED, Reason.NOT_YET_SAMPLED}
"""Reasons of ours, whatever the driver says."""


def test_a_board_that_refuses_nothing_leaves_no_gap() -> None:
    assert WHOLE.keys() == ALL


@given(asked=st.one_of(ASKED, st.just(ALL)), calls=REFUSED_CALLS, fields=REFUSED_FIELDS)
def test_each_field_asked_for_has_its_value_or_a_gap_and_nothing_else_has(
    asked: frozenset[int], calls: dict[str, int], fields: dict[str | int, int]
) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    (gpu,) = source.inventory().devices
    bindings.codes.update(calls)
    bindings.boards[0].codes.update(fields)
    reading, *links = source.read(gpu, asked).readings
    assert not reading.values.keys() & reading.gaps.keys()
    for link in links:
        assert not link.values.keys() & link.gaps.keys()
        assert link.values.keys() | link.gaps.keys() == asked & OF_LINKS
    # What belongs to a link is a gap of the GPU only where there are no links to have it.
    own = asked - OF_LINKS if links else asked
    assert reading.values.keys() | reading.gaps.keys() == own
    assert reading.values.items() <= {*WHOLE.items(), (VALID, 0)}
    reasons = {reason(code) for code in (*calls.values(), *fields.values())}
    assert set(reading.gaps.values()) <= reasons | MAY_BE


@given(id_=st.sampled_from(sorted(CALLS.keys() - {ALIVE, VALID})), code=CODES)
def test_a_refused_call_gives_a_gap_with_its_reason(id_: int, code: int) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.calls.clear()
    CALLS[id_](Ask(Door(bindings), bindings.boards[0]))
    refused = bindings.calls[0][0]
    bindings.codes[refused] = code
    reading = read(source, frozenset({id_, identity.SERIAL.id, ALIVE}))
    assert reading.gaps[id_] is reason(code)
    assert refused == "nvmlDeviceGetUtilizationRates" or ALIVE in reading.values


@given(id_=st.sampled_from(sorted(FIELD_VALUES)), code=CODES)
def test_a_field_refused_among_many_gives_a_gap_with_its_reason(id_: int, code: int) -> None:
    bindings = Bindings()
    bindings.boards[0].codes[NUMBERS[id_]] = code
    reading = read(open_nvml(bindings))
    same = {other for other, number in NUMBERS.items() if number == NUMBERS[id_]}
    assert reading.gaps == dict.fromkeys(same, reason(code))


@given(code=CODES)
def test_where_many_fields_are_refused_at_once_each_is_a_gap(code: int) -> None:
    bindings = Bindings()
    bindings.codes["nvmlDeviceGetFieldValues"] = code
    reading = read(open_nvml(bindings))
    numbered = FIELD_VALUES.keys() | SUMS.keys()
    assert reading.gaps == dict.fromkeys(numbered, reason(code))
    assert reading.values.keys() == ALL - numbered


@given(code=CODES)
def test_a_gpu_that_refuses_everything_is_never_taken_for_one_that_was_read(code: int) -> None:
    bindings = Bindings()
    source = open_nvml(bindings)
    bindings.boards[0].left, bindings.boards[0].fate = 0, code
    report = source.read(source.inventory().devices[0], ALL)
    if reason(code) in {Reason.LOST, Reason.TIMED_OUT, Reason.FAILED}:
        assert silence(report) is reason(code)
    else:
        # It lacks or forbids everything, and still it is there.
        assert report.readings[0].gaps.keys() >= ALL - {
            identity.DRIVER_VERSION.id,
            identity.NVML_VERSION.id,
            identity.CUDA_DRIVER_VERSION.id,
            identity.CC_MODE.id,
            PEERS,
            XID,
        }
