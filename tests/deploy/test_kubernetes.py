"""The manifests are valid for Kubernetes, ask for little, and say what the exporter understands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from warpwatch.config import said
from warpwatch.exporter.flags import FLAGS
from warpwatch.exporter.settings import KUBELET_SOCKET

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
VARIANTS = ("base", "pod-labels", "shared-gpus")
NOT_OURS = {"NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "XDG_RUNTIME_DIR"}
"""Variables that others read, or that are no flag."""

Object = dict[str, Any]


def read(path: Path) -> list[Object]:
    return [item for item in yaml.safe_load_all(path.read_text()) if item]


def merged(base: Any, patch: Any) -> Any:
    """As kubectl merges: tables by key, lists of named things by name."""
    if isinstance(base, dict) and isinstance(patch, dict):
        return base | {key: merged(base.get(key), value) for key, value in patch.items()}
    if isinstance(base, list) and isinstance(patch, list) and "name" in patch[0]:
        known = {each["name"]: each for each in base}
        known |= {new["name"]: merged(known.get(new["name"]), new) for new in patch}
        return list(known.values())
    return patch


def built(variant: str) -> list[Object]:
    """What kustomize makes of a variant."""
    (kustomization,) = read(FOLDER / variant / "kustomization.yaml")
    items: list[Object] = []
    for resource in kustomization["resources"]:
        path = FOLDER / variant / resource
        items += read(path) if path.is_file() else built(path.resolve().name)
    for patch in kustomization.get("patches", ()):
        (change,) = read(FOLDER / variant / patch["path"])
        (at,) = [n for n, item in enumerate(items) if _same(item, change)]
        items[at] = merged(items[at], change)
    return items


def _same(item: Object, other: Object) -> bool:
    return bool(
        item["kind"] == other["kind"] and item["metadata"]["name"] == other["metadata"]["name"]
    )


def of_kind(items: list[Object], kind: str) -> Object:
    (found,) = [item for item in items if item["kind"] == kind]
    return found


def pod(variant: str) -> Object:
    spec: Object = of_kind(built(variant), "DaemonSet")["spec"]["template"]["spec"]
    return spec


def variables(variant: str) -> dict[str, str]:
    (container,) = pod(variant)["containers"]
    return {each["name"]: each.get("value", "from the pod") for each in container["env"]}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("version", ["1.30.0", "1.34.0"])
def test_each_object_is_valid(variant: str, version: str) -> None:
    for item in built(variant):
        kubernetes_validate.validate(item, version, strict=True)


def test_every_file_is_used() -> None:
    told = {FOLDER / "podmonitor.yaml"}
    for variant in VARIANTS:
        path = FOLDER / variant / "kustomization.yaml"
        (one,) = read(path)
        patches = (patch["path"] for patch in one.get("patches", ()))
        told |= {path, *(path.parent / name for name in (*one["resources"], *patches))}
    assert set(FOLDER.rglob("*.yaml")) <= {path.resolve() for path in told}


def test_no_variant_stands_on_a_folder_that_holds_it() -> None:
    """Kustomize takes that for a cycle, and a file outside of its folder for a break-in."""
    for variant in VARIANTS:
        folder = (FOLDER / variant).resolve()
        (one,) = read(folder / "kustomization.yaml")
        for resource in one["resources"]:
            path = (folder / resource).resolve()
            assert path.parent == (folder if path.is_file() else folder.parent)


@pytest.mark.parametrize("variant", VARIANTS)
def test_variables_are_those_of_flags_and_their_values_are_taken(variant: str) -> None:
    flags = {flag.env: flag for flag in FLAGS}
    for name, value in variables(variant).items():
        assert name in flags or name in NOT_OURS
        if name in flags:
            said.read(flags[name], value, name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_more_rights_than_it_needs(variant: str) -> None:
    spec = pod(variant)
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert "hostNetwork" not in spec
    host = {each["name"] for each in spec["volumes"] if "hostPath" in each}
    mounts = [each for each in container["volumeMounts"] if each["name"] in host]
    assert all(each["readOnly"] for each in mounts)
    assert [each["mountPath"] for each in mounts] == [str(Path(KUBELET_SOCKET).parent)]


def test_only_those_who_need_it_see_the_api_and_the_processes() -> None:
    tokens = [pod(variant)["automountServiceAccountToken"] for variant in VARIANTS]
    assert tokens == [False, True, True]
    assert ["hostPID" in pod(variant) for variant in VARIANTS] == [False, False, True]
    asks = ["DCGM_EXPORTER_KUBERNETES_ENABLE_POD_LABELS" in variables(each) for each in VARIANTS]
    assert asks == tokens


def test_rights_are_to_read_and_are_the_accounts() -> None:
    items = built("pod-labels")
    rules = of_kind(items, "ClusterRole")["rules"]
    assert {(*rule["resources"], *rule["verbs"]) for rule in rules} == {
        ("pods", "get", "list", "watch"),
        ("resourceslices", "get", "list", "watch"),
    }
    binding = of_kind(items, "ClusterRoleBinding")
    (subject,) = binding["subjects"]
    (kustomization,) = read(FOLDER / "pod-labels" / "kustomization.yaml")
    assert binding["roleRef"]["name"] == of_kind(items, "ClusterRole")["metadata"]["name"]
    assert subject["name"] == of_kind(items, "ServiceAccount")["metadata"]["name"]
    assert subject["namespace"] == kustomization["namespace"]


def test_names_that_stand_in_two_places_are_the_same() -> None:
    items = built("base")
    daemons, service = of_kind(items, "DaemonSet"), of_kind(items, "Service")
    (monitor,) = read(FOLDER / "podmonitor.yaml")
    labels = daemons["spec"]["template"]["metadata"]["labels"]
    assert daemons["spec"]["selector"]["matchLabels"] == labels
    assert service["spec"]["selector"] == monitor["spec"]["selector"]["matchLabels"] == labels
    (container,) = daemons["spec"]["template"]["spec"]["containers"]
    names = set(ports(daemons["spec"]["template"]["spec"]))
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    probes = [container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")]
    assert {service["spec"]["ports"][0]["targetPort"], endpoint["port"], *probes} == names
    assert endpoint["honorLabels"] is True
    volumes = {each["name"] for each in daemons["spec"]["template"]["spec"]["volumes"]}
    assert {each["name"] for each in container["volumeMounts"]} == volumes


def ports(spec: Object) -> Iterator[str]:
    for container in spec["containers"]:
        for port in container["ports"]:
            assert port["containerPort"] == 9400
            yield port["name"]
