"""`warpwatch explain` answers on standard output, and fails with the name that was meant."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from warpwatch.cli.explain import command
from warpwatch.errors import InputError


def explain(*arguments: str) -> Result:
    result = CliRunner().invoke(command, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.parametrize(
    "name", ["GPU_UTIL", "203", "gpu_util", "dcgm_gpu_utilization", "DCGM_FI_DEV_GPU_UTIL_RATIO"]
)
def test_a_field_is_found_by_whatever_it_is_called(name: str) -> None:
    result = explain("field", name)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.startswith("name                     DCGM_FI_DEV_GPU_UTIL\n")
    assert "on by default            yes\n" in result.stdout


def test_lines_fit_the_page_and_long_ones_hang() -> None:
    lines = explain("field", "GPU_UTIL").stdout.splitlines()
    assert max(map(len, lines)) <= 96
    trap = next(number for number, line in enumerate(lines) if line.startswith("traps"))
    assert lines[trap + 1].startswith(" " * 27)


def test_a_wrong_name_is_put_right_first() -> None:
    first, blank, name, *_ = explain("field", "DCGM_FI_DEV_TEMP_GPU").stdout.splitlines()
    assert first == "DCGM_FI_DEV_TEMP_GPU does not exist: the words stand the other way round."
    assert blank == ""
    assert name.endswith(" DCGM_FI_DEV_GPU_TEMP")


def test_a_wrong_name_is_remarked_on_before_a_list_too() -> None:
    lines = explain("field", "DCGM_FI_DEV_RETIRED_PAGES").stdout.splitlines()
    assert lines[0].startswith("DCGM_FI_DEV_RETIRED_PAGES does not exist: ")
    assert [line.split()[0] for line in lines[2:]] == ["390", "391", "392"]


def test_a_right_name_without_its_prefix_is_no_mistake() -> None:
    assert explain("field", "SM_ACTIVE").stdout.startswith("name ")
    assert "does not exist" in explain("field", "DCGM_FI_DEV_SM_ACTIVE").stdout


def test_a_fragment_gives_one_line_for_each_field() -> None:
    lines = explain("field", "nvswitch_temp").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["858", "859", "860"]


def test_a_long_list_is_cut_and_says_so_beside_the_data() -> None:
    result = explain("field", "nvlink")
    assert len(result.stdout.splitlines()) == 30
    assert result.stderr.startswith("and ")
    assert "more" not in result.stdout


def test_several_names_are_explained_one_after_the_other() -> None:
    blocks = explain("field", "155", "156").stdout.split("\n\n")
    assert ["DCGM_FI_DEV_POWER_USAGE" in blocks[0], len(blocks)] == [True, 2]
    assert "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION" in blocks[1].splitlines()[0]


def test_json_has_every_field_that_was_found() -> None:
    found = json.loads(explain("field", "-o", "json", "155", "nvswitch_temp").stdout)
    assert [facts["id"] for facts in found] == [155, 858, 859, 860]
    assert found[0]["on by default"] is True


@pytest.mark.parametrize(
    ("name", "guess"),
    [
        ("DCGM_FI_PROF_SM_ACTVE", "did you mean DCGM_FI_PROF_SM_ACTIVE?"),
        ("qqqqqqqq", "no metric has this id, this name or this in its name"),
        ("99999", "no metric has this id"),
    ],
)
def test_an_unknown_field_fails_and_names_the_nearest(name: str, guess: str) -> None:
    with pytest.raises(InputError) as caught:
        explain("field", "155", name)
    assert caught.value.where == f"field {name}"
    assert guess in caught.value.problem
    assert caught.value.hint.startswith("warpwatch explain field ")
    assert caught.value.exit_code == 1


def test_a_code_is_explained_with_who_acts_and_how() -> None:
    text = explain("xid", "79").stdout
    assert "name               GPU has fallen off the bus\n" in text
    assert "who acts           node operator\n" in text
    assert "kubectl cordon <node>\n" in text


def test_five_digits_are_a_switchs_code() -> None:
    assert explain("xid", "20034").stdout == explain("sxid", "20034").stdout
    assert "Link state fault" in explain("xid", "20034").stdout
    assert "Unknown Error" in explain("xid", "9999").stdout
    assert "Unknown Error" in explain("sxid", "79").stdout


def test_a_code_as_json() -> None:
    facts = json.loads(explain("xid", "31", "-o", "json").stdout)
    assert (facts["code"], facts["who acts"]) == (31, "application owner")


def test_a_sites_file_is_used_and_said_to_be(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[xid.63]\nclass = "reset"\n')
    text = explain("xid", "63", "--overrides", str(site)).stdout
    assert "reset: the GPU needs a reset" in text
    assert "set locally" in text


def test_a_sites_faulty_file_fails_with_its_place(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text("[xid.63]\ncolour = 1\n")
    with pytest.raises(InputError, match=r"site\.toml: xid\.63\.colour: no such column"):
        explain("xid", "63", "--overrides", str(site))


@pytest.mark.parametrize("arguments", [["field"], ["xid"], ["xid", "abc"], ["xid", "-5"]])
def test_a_wrong_call_is_a_matter_of_usage(arguments: list[str]) -> None:
    assert explain(*arguments).exit_code == 2


def test_a_wrong_name_that_is_part_of_others_leads_to_what_was_meant() -> None:
    """The transmit rate of a GPU's links, and not the counters of switches."""
    result = CliRunner().invoke(command, ["field", "DCGM_FI_DEV_NVLink_TX_THROUGHPUT"])
    assert "DCGM_FI_DEV_NVLink_TX_THROUGHPUT does not exist" in result.output
    assert "DCGM_FI_PROF_NVLINK_TX_BYTES" in result.output


def test_an_older_name_of_dcgms_own_is_no_mistake() -> None:
    result = CliRunner().invoke(command, ["field", "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS"])
    assert "is an older name of DCGM_FI_DEV_CLOCKS_EVENT_REASONS" in result.output
    assert "112" in result.output


def test_our_own_families_can_be_explained_too() -> None:
    result = CliRunner().invoke(command, ["field", "warpwatch_gpu_xid_errors_total"])
    assert "counter" in result.output
    assert "by code" in result.output
