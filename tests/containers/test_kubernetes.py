"""The manifests for Kubernetes, as far as that can be told without a cluster."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from dotenv import dotenv_values

from api.environment import tidied
from api.http.signin.access import ACCESS, OPEN
from api.settings import Settings
from tests.containers.test_containers import ROOT, compose, in_image

FOLDER = ROOT / "docs/kubernetes"
OLDEST, NEWEST = "1.30", "1.37"  # `sleep` before a stop came with 1.30
NOT_KUBERNETES = "kustomization.yaml"  # read by kubectl itself
RUN_BEFORE = "schema.yaml"  # by whoever updates the gateways
MANIFESTS = sorted(path for path in FOLDER.glob("*.yaml") if path.name != NOT_KUBERNETES)
NAME = "interview-gateway"
SIGTERM_TO_KILL = 15
"""Seconds that the gateway takes beyond DRAIN_SECONDS: docs/stopping.md."""


def manifests(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def one(kind: str) -> dict[str, Any]:
    (found,) = [m for path in MANIFESTS for m in manifests(path) if m["kind"] == kind]
    return found


def settings() -> dict[str, str]:
    return {n: v or "" for n, v in dotenv_values(FOLDER / "settings.env").items()}


def container() -> dict[str, Any]:
    (gateway,) = one("Deployment")["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = gateway
    return found


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_each_manifest_fits_the_schema_of_its_kind(path: Path, version: str) -> None:
    for manifest in manifests(path):
        kubernetes_validate.validate(manifest, version, strict=True)


def test_the_kustomization_names_each_manifest() -> None:
    (kustomization,) = manifests(FOLDER / NOT_KUBERNETES)
    assert sorted([*kustomization["resources"], RUN_BEFORE]) == [path.name for path in MANIFESTS]
    (generated,) = kustomization["configMapGenerator"]
    assert generated == {"name": NAME, "envs": ["settings.env"]}
    (image,) = kustomization["images"]
    assert image["name"] == container()["image"]
    (schema,) = one("Job")["spec"]["template"]["spec"]["containers"]
    assert schema["image"] == f"{image['newName']}:{image['newTag']}"
    assert schema["command"] == compose()["services"]["log"]["command"]


def test_the_settings_make_a_gateway_with_sign_in_and_hold_no_password() -> None:
    assert set(settings()) <= set(compose()["services"]["gateway"]["environment"])
    made = Settings(**tidied(settings()))
    assert made.signs_in
    assert made.metrics
    for network in settings()["TRUSTED_PROXIES"].split(","):
        assert ip_network(network).is_private
    assert "EVENTLOG_URL" not in settings()
    sources = [next(iter(source.values()))["name"] for source in container()["envFrom"]]
    assert sources == [NAME, NAME]


def test_the_probes_ask_what_everybody_may_ask_by_a_name_that_the_gateway_knows() -> None:
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        request = container()[probe]["httpGet"]
        assert ACCESS[f"GET {request['path']}"] is OPEN
        assert request["httpHeaders"] == [{"name": "Host", "value": "localhost"}]
        (port,) = container()["ports"]
        assert request["port"] == port["name"]
    assert str(port["containerPort"]) == in_image("EXPOSE")


def test_a_gateway_has_the_time_to_finish_its_replies() -> None:
    pod = one("Deployment")["spec"]["template"]["spec"]
    waits = container()["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = int(settings()["DRAIN_SECONDS"])
    assert pod["terminationGracePeriodSeconds"] >= waits + drain + SIGTERM_TO_KILL


def test_a_gateway_runs_as_the_images_user_with_no_rights() -> None:
    security = one("Deployment")["spec"]["template"]["spec"]["securityContext"]
    assert f"{security['runAsUser']}:{security['runAsGroup']}" == in_image("USER")
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_everything_selects_the_gateways_pods_and_no_update_goes_below_what_is_wanted() -> None:
    labels = one("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        one("Deployment")["spec"]["selector"]["matchLabels"],
        one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        one("Service")["spec"]["selector"],
    ]
    assert selectors == [labels] * len(selectors)
    assert one("Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert one("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]["name"] == NAME


def test_streams_pass_the_ingress_word_by_word_and_nothing_is_sent_twice() -> None:
    notes = one("Ingress")["metadata"]["annotations"]
    given = {name.rpartition("/")[2]: value for name, value in notes.items()}
    nginx = (ROOT / "docs/team/nginx.conf").read_text("utf-8")
    for name, value in given.items():
        directive = name.replace("proxy-body-size", "client-max-body-size").replace("-", "_")
        found = re.search(rf"^\s*{directive} (\w+?)s?;", nginx, flags=re.MULTILINE)
        assert found, directive
        assert found[1] == value
