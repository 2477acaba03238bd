"""The pods that `deploy/kubernetes` makes: the job's, a run's, and those of Dagster's chart."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import construct_dagster_k8s_job
from kubernetes.client import ApiClient

from pipeline_assets_tests.workplace import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "deploy" / "kubernetes"
MANIFESTS = ("settings.yaml", "storage.yaml", "prepare.yaml", "network-policy.yaml")
IMAGE = f"pipeline-assets:{version('pipeline-assets')}"
CODE_SERVER = "dagster-user-deployments"
_CLUSTER = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "one", "cluster": {"server": "http://127.0.0.1:1"}}],
    "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
    "users": [{"name": "one", "user": {}}],
    "current-context": "one",
}


def read(name: str) -> Any:
    """What a file of the folder says."""
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def services() -> Mapping[str, Mapping[str, Any]]:
    """The values for the chart's three services, by the chart's names."""
    values = read("values.yaml")
    (code_server,) = values[CODE_SERVER]["deployments"]
    return {
        "dagsterWebserver": values["dagsterWebserver"],
        "dagsterDaemon": values["dagsterDaemon"],
        CODE_SERVER: code_server,
    }


def deployment(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The Deployment of a service, with each value where the chart puts it."""
    image = values["image"]
    container = {
        "name": "dagster",
        "image": f"{image['repository']}:{image['tag']}",
        "imagePullPolicy": image["pullPolicy"],
        "env": values["env"],
        "envFrom": [
            *({"configMapRef": one} for one in values["envConfigMaps"]),
            *({"secretRef": one} for one in values.get("envSecrets", [])),
        ],
        "securityContext": values["securityContext"],
        "resources": values["resources"],
        "volumeMounts": values["volumeMounts"],
    }
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in values:
            said = {key: value for key, value in values[probe].items() if key != "enabled"}
            if not said.keys() & {"exec", "httpGet"}:  # the chart's own, for a code server
                command = ["dagster", "api", "grpc-health-check", "-p", str(values["port"])]
                said["exec"] = {"command": command}
            container[probe] = said
    labels = {"component": name}
    spec = {
        "securityContext": values["podSecurityContext"],
        "containers": [container],
        "volumes": values["volumes"],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name.lower()},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": spec},
        },
    }


def job_of_a_run(folder: Path) -> dict[str, Any]:
    """The Job that Dagster's launcher makes for a run, by `dagster.yaml`."""
    cluster = folder / "cluster.yaml"
    cluster.write_text(yaml.safe_dump(_CLUSTER), "utf-8")
    config = read("dagster.yaml")["run_launcher"]["config"]
    launcher = K8sRunLauncher(
        **config, load_incluster_config=False, kubeconfig_file=str(cluster), inst_data=None
    )
    context = launcher.get_container_context_for_run(dg.DagsterRun(job_name="product_update"))
    job = construct_dagster_k8s_job(
        context.get_k8s_job_config(job_image=IMAGE, run_launcher=launcher),
        args=["dagster", "api", "execute_run", "{}"],
        job_name="dagster-run-1",
        component="run_worker",
        user_defined_k8s_config=context.run_k8s_config,
    )
    made = ApiClient().sanitize_for_serialization(job)
    assert isinstance(made, dict)
    return made


def pods(folder: Path) -> dict[str, dict[str, Any]]:
    """The spec of each pod, by its name."""
    made = {name: deployment(name, values) for name, values in services().items()}
    made |= {"prepare": read("prepare.yaml"), "run": job_of_a_run(folder)}
    return {name: one["spec"]["template"]["spec"] for name, one in made.items()}
