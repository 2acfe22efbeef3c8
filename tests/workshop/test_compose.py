"""docker-compose.yml holds together: names, rules of production, and commands that exist.

No container engine is needed. These are checks of our own on structure; they judge less than
`docker compose config` would.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from broker.settings.load import load_settings
from demo.plan import Plan
from tests.workshop.compose_file import (
    CONDITIONS,
    DEPENDS_ON_ATTRIBUTES,
    FILE_ATTRIBUTES,
    HEALTHCHECK_ATTRIBUTES,
    SERVICE_ATTRIBUTES,
    Service,
    commands,
    compose,
    of_simulators,
    services,
    variables,
)
from tests.workshop.workshop_files import ROOT, run

SERVICES = sorted(services())
OURS = [name for name in SERVICES if "build" in services()[name]]


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> Service:
    """Each service in turn."""
    return services()[request.param]


def test_file_has_only_sections_of_the_specification() -> None:
    """A misspelt section would be refused by the engine, or worse, left out."""
    extensions = {key for key in compose() if key.startswith("x-")}
    assert set(compose()) - extensions == FILE_ATTRIBUTES


def test_service_has_only_attributes_of_the_specification(service: Service) -> None:
    """Every attribute is known and has a type that it may have."""
    wrong = [key for key, value in service.items() if not isinstance(value, SERVICE_ATTRIBUTES.get(key, ()))]
    assert wrong == []
    assert set(service.get("healthcheck", {})) <= HEALTHCHECK_ATTRIBUTES


def test_service_names_only_what_is_declared(service: Service) -> None:
    """Networks, secrets, named volumes and other services that a service names all exist."""
    assert set(service.get("networks", [])) <= set(compose()["networks"])
    assert set(service.get("secrets", [])) <= set(compose()["secrets"])
    sources = {str(volume).partition(":")[0] for volume in service.get("volumes", [])}
    named = {source for source in sources if re.fullmatch(r"[a-z][a-z0-9-]*", source)}
    assert named <= set(compose()["volumes"])
    mode, _, joined = service.get("network_mode", "").partition(":")
    assert mode in {"", "none", "service"}
    assert not joined or joined in services()
    assert not ("network_mode" in service and "networks" in service)


def test_service_waits_only_for_what_can_come(service: Service) -> None:
    """What is waited for exists, can become healthy if it must, and is not left out by a profile."""
    for name, how in service.get("depends_on", {}).items():
        other = services()[name]
        assert set(how) <= DEPENDS_ON_ATTRIBUTES
        assert how["condition"] in CONDITIONS
        if how["condition"] == "service_healthy":
            own_check = "disable" not in other.get("healthcheck", {"disable": True})
            assert own_check or other.get("build", {}).get("target") == "broker"
        if how["condition"] == "service_completed_successfully":
            assert other["restart"] == "no"
        if of_simulators(other) and not of_simulators(service):
            assert how["required"] is False


def test_services_wait_in_no_circle() -> None:
    """There is an order in which everything can start."""
    started: set[str] = set()
    while ready := {
        name
        for name, service in services().items()
        if name not in started and set(service.get("depends_on", {})) <= started
    }:
        started |= ready
    assert started == set(services())


def test_image_has_a_version(service: Service) -> None:
    """The same file starts the same programs next year."""
    assert re.fullmatch(r"[a-z/]+:(local|[0-9][\w.-]*)", service["image"])


def test_files_that_are_mounted_exist(service: Service) -> None:
    """The engine makes an empty folder out of a source that does not exist."""
    for volume in service.get("volumes", []):
        source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(volume)).partition(":")[0]
        if source.startswith("."):
            assert (ROOT / source).exists()


def test_only_the_proxy_is_open_to_others() -> None:
    """What the simulators open stays on this machine; databases and broker open nothing."""
    published = {name: s["ports"] for name, s in services().items() if "ports" in s}
    assert set(published) == {"proxy", "simulator-gate"}
    assert published["proxy"] == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for port in published["simulator-gate"])


def test_databases_stand_on_a_network_without_a_way_out() -> None:
    """PostgreSQL and Redis reach nobody and are reached by nobody outside."""
    assert compose()["networks"]["back"] == {"internal": True}
    assert services()["postgres"]["networks"] == ["back"]
    assert services()["redis"]["networks"] == ["back"]
    assert services()["proxy"]["networks"] == ["front"]


def test_redis_forgets_nothing_on_its_own() -> None:
    """The broker refuses to start on a Redis that evicts, and a restart keeps what was used once."""
    command = services()["redis"]["command"]
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def test_simulators_come_only_when_asked_for() -> None:
    """Nothing of the demo runs, is built or is in the image of a production start (ASVS 15.2.3)."""
    simulated = {name for name, s in services().items() if of_simulators(s)}
    assert simulated == {
        "prepare-simulators",
        "import-demo-accounts",
        "digid",
        "eherkenning",
        "outbox",
        "mijn-cz",
        "mijn-cz-zakelijk",
        "mijn-iza",
        "mijn-vgz-zakelijk",
        "mijnzz-zakelijk",
        "simulator-gate",
    }
    for name, service in services().items():
        assert (service.get("build", {}).get("target") == "simulators") <= (name in simulated)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_have_no_more_rights_than_they_need(name: str) -> None:
    """No capabilities, no new privileges, and for the broker no file to write to."""
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["build"]["target"] == "simulators" or service["read_only"] is True


def test_variables_are_explained_in_the_example() -> None:
    """Whoever copies the example has every variable, and no secret in it has a value."""
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    explained = dict(re.findall(r"^([A-Z_]+)=(.*)$", example, re.MULTILINE))
    has_default = {name for name, rest in variables().items() if rest.startswith(":-")}
    assert set(variables()) - has_default <= set(explained)
    assert set(explained) <= set(variables())
    assert {name for name, value in explained.items() if not value} == {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}
    assert all(variables()[name].startswith(":?") for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD"))


def test_settings_of_the_broker_are_settings_it_knows() -> None:
    """The sample configuration with the variables of the compose file has no fault."""
    environment = services()["broker"]["environment"]
    filled = {key: re.sub(r"\$\{\w+[^}]*\}", "x", value) for key, value in environment.items()}
    settings = load_settings(ROOT / "config", filled)
    assert settings.broker.storage.redis_url == "redis://:x@redis:6379/0"
    assert settings.broker.http.trusted_proxy_hops == 1
    assert settings.broker.keys.key_encryption_key_file == Path("/run/secrets/key-encryption-key")


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_command_is_one_that_exists(command: tuple[str, ...]) -> None:
    """Each command answers --help and knows every option that it is given."""
    program: tuple[str | Path, ...]
    if command[0] == "broker":
        program, words = (Path(sys.executable).with_name("broker"),), command[1:]
    else:
        program, words = (sys.executable, *command[1:3]), command[3:]
    named = [word.partition("=")[0] for word in words if word.startswith("--")]
    subcommands = [word for word in words[: _first_option(words)] if not word.startswith("-")]
    answer = run(*program, *subcommands, "--help")
    assert answer.returncode == 0, answer.stderr
    assert [option for option in named if not re.search(rf"(?<![\w-]){option}(?![\w-])", answer.stdout)] == []


def test_accounts_of_the_demo_reach_the_import(tmp_path: Path) -> None:
    """One account a line reaches `broker import`, in a file that is gone afterwards; codes are asked for."""
    fake = tmp_path / "broker"
    fake.write_text(
        f'#!/bin/sh\necho "$*" >> {tmp_path}/words\n[ "$1" = account ] || cp "$4" {tmp_path}/accounts\n',
        encoding="utf-8",
    )
    fake.chmod(0o755)
    (tmp_path / "python").symlink_to(sys.executable)
    answer = run("deploy/import-demo-accounts", "/etc/voordeur", path=f"{tmp_path}:/usr/bin:/bin")
    assert (answer.returncode, answer.stderr) == (0, "")
    first, *codes = (tmp_path / "words").read_text(encoding="utf-8").splitlines()
    *words, file = first.split()
    assert words == ["import", "--config", "/etc/voordeur"]
    assert [set(line.split()) for line in codes] == [
        {*step.argv[1:]} for step in Plan(Path("state"), Path("/etc/voordeur")).binding_codes()
    ]
    assert not Path(file).exists()
    lines = (tmp_path / "accounts").read_text(encoding="utf-8").splitlines()
    assert lines
    assert {json.loads(line)["brand"] for line in lines} == {"cz", "iza", "vgz", "zz"}


def _first_option(words: tuple[str, ...]) -> int:
    return next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
