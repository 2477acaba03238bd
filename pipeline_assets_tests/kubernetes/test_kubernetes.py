"""Each file of `deploy/kubernetes`: valid, without secrets, and true to the settings and commands.

No cluster is needed: manifests are validated by the schemas of Kubernetes, a run's Job is made by
Dagster's launcher, and the values are put where Dagster's chart puts them.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import kubernetes_validate
import pytest
import yaml
from dagster._config import process_config
from dagster._core.instance.config import dagster_instance_config
from dagster_k8s import K8sRunLauncher

from pipeline_assets.settings import Settings
from pipeline_assets_tests.kubernetes.pods import (
    CODE_SERVER,
    FOLDER,
    IMAGE,
    MANIFESTS,
    deployment,
    job_of_a_run,
    pods,
    read,
    services,
)
from pipeline_assets_tests.workplace import PROJECT_ROOT

# Every release in use, and the newest whose schema is at hand.
RELEASES = ("1.32", "1.37")
NAMESPACE = "pipeline-assets"
REFERRED_TO = "pipeline-assets-secrets"
IN_THE_SECRET = {"CATALOGUE_URL", "DAGSTER_MYSQL_PASSWORD"}


def is_accepted(manifest: Any) -> None:
    for release in RELEASES:
        kubernetes_validate.validate(manifest, release, strict=True)


def everything(node: Any) -> Iterator[tuple[str, Any]]:
    """Each key with its value, however deep."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key), value
            yield from everything(value)
    elif isinstance(node, list):
        for one in node:
            yield from everything(one)


def test_every_file_is_tested_here() -> None:
    others = {"Dockerfile", "kustomization.yaml", "dagster.yaml", "workspace.yaml", "values.yaml"}
    assert {path.name for path in FOLDER.iterdir()} == {*MANIFESTS, *others}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_accepted(name: str) -> None:
    is_accepted(read(name))


def test_a_wrong_manifest_would_not_be_accepted() -> None:
    wrong = read("prepare.yaml")
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnly"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        is_accepted(wrong)


@pytest.mark.parametrize("name", services())
def test_a_service_of_the_chart_is_accepted_and_probed(name: str) -> None:
    made = deployment(name, services()[name])
    is_accepted(made)
    (container,) = made["spec"]["template"]["spec"]["containers"]
    assert {"livenessProbe", "startupProbe"} <= container.keys()


def test_the_job_that_the_launcher_makes_for_a_run_is_accepted(tmp_path: Path) -> None:
    job = job_of_a_run(tmp_path)
    is_accepted(job)
    assert job["spec"]["backoffLimit"] == 0
    pod = job["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["containers"][0]["envFrom"] == [
        {"configMapRef": {"name": "pipeline-assets-settings"}},
        {"secretRef": {"name": REFERRED_TO}},
    ]


def test_kustomize_renders_what_the_pods_ask_for(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("there is no kubectl (Debian's package `kubernetes-client`)")
    rendered = subprocess.run(
        [kubectl, "kustomize", str(FOLDER)], check=True, stdout=subprocess.PIPE, text=True
    )
    made = list(yaml.safe_load_all(rendered.stdout))
    for one in made:
        is_accepted(one)
        assert one["metadata"]["namespace"] == NAMESPACE
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in made}
    for name in ("dagster", "workspace"):
        said = by_name["ConfigMap", f"pipeline-assets-{name}"]["data"]
        assert said == {f"{name}.yaml": (FOLDER / f"{name}.yaml").read_text("utf-8")}
    for pod in pods(tmp_path).values():
        for key, value in everything(pod):
            if key in {"configMap", "configMapRef"}:
                assert ("ConfigMap", value["name"]) in by_name
            if key == "persistentVolumeClaim":
                assert ("PersistentVolumeClaim", value["claimName"]) in by_name


def test_no_pod_has_more_rights_than_it_needs(tmp_path: Path) -> None:
    found = pods(tmp_path)
    assert found.keys() == {*services(), "prepare", "run"}
    for name, pod in found.items():
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True, name
        assert security["runAsUser"] == security["runAsGroup"] == security["fsGroup"] == 10001
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"].keys() == {"requests", "limits"}
        assert all(one.keys() == {"cpu", "memory"} for one in container["resources"].values())
        assert container["image"] == IMAGE
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod["volumes"]}
        assert "hostPath" not in dict(everything(pod))


def test_nothing_of_a_secret_is_in_a_file(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.yaml"):
        for key, value in everything(yaml.safe_load(path.read_text("utf-8"))):
            assert key not in IN_THE_SECRET, path
            assert (key, value) != ("kind", "Secret"), path
            if re.search("password|passwd|token$|credential", key, re.IGNORECASE):
                assert isinstance(value, bool | Mapping), f"{path}: {key}"
            if isinstance(value, str):
                assert not re.search(r"://[^/\s]*:[^/\s]*@", value), f"{path}: {key}"
    for pod in pods(tmp_path).values():
        for key, value in everything(pod):
            if key in {"secretRef", "secretKeyRef"}:
                assert value["name"] == REFERRED_TO
                assert value.get("key", "CATALOGUE_URL") in IN_THE_SECRET


def test_the_settings_exist_and_their_values_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = Settings.model_config["env_prefix"]
    known = {f"{prefix}{name.upper()}" for name in Settings.model_fields} | {"CATALOGUE_URL"}
    said = read("settings.yaml")["data"]
    ours = {name: value for name, value in said.items() if not name.startswith("DAGSTER_MYSQL_")}
    assert ours.keys() <= known
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert str(settings.data_dir) == "/data"
    mounts = {mount["mountPath"] for mount in services()[CODE_SERVER]["volumeMounts"]}
    assert str(settings.data_dir) in mounts


def test_dagster_accepts_its_configuration_and_finds_each_variable(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "dagster.yaml", tmp_path)
    said, _ = dagster_instance_config(str(tmp_path))
    schema = K8sRunLauncher.config_type()  # type: ignore[no-untyped-call]
    checked = process_config(schema, said["run_launcher"]["config"])
    assert checked.success, checked.errors
    needed = {value for key, value in everything(said["storage"]) if key == "env"}
    assert needed == {name for name in read("settings.yaml")["data"] if "MYSQL" in name} | {
        "DAGSTER_MYSQL_PASSWORD"
    }
    on_one_machine = yaml.safe_load((PROJECT_ROOT / "deploy/mysql/dagster.yaml").read_text("utf-8"))
    for same in ("storage", "run_retries", "retention", "telemetry", "nux"):
        assert said[same] == on_one_machine[same]


def test_the_workspace_leads_to_the_code_server() -> None:
    (found,) = read("workspace.yaml")["load_from"]
    server = services()[CODE_SERVER]
    assert found["grpc_server"] == {
        "host": server["name"],
        "port": server["port"],
        "location_name": "pipeline_assets",
    }
    launcher = read("dagster.yaml")["run_launcher"]["config"]
    home = {"name": "DAGSTER_HOME", "value": launcher["dagster_home"]}
    assert all(home in values["env"] for values in services().values())
    assert launcher["job_namespace"] == read("kustomization.yaml")["namespace"] == NAMESPACE
    assert server["includeConfigInLaunchedRuns"] == {"enabled": False}
    assert dg.__version__ in (FOLDER / "values.yaml").read_text("utf-8")
