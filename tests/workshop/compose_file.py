"""docker-compose.yml, read once, and the words of the Compose Specification that it may use."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import Any

import yaml

from tests.workshop.workshop_files import ROOT

Service = dict[str, Any]

# Attributes of a service and of the file (Compose Specification, chapters "Services" and "Compose file"),
# with the types that they may have. Only what this project uses: a new one is looked up and added.
SERVICE_ATTRIBUTES: dict[str, tuple[type, ...]] = {
    "build": (dict,),
    "cap_drop": (list,),
    "command": (list, str),
    "depends_on": (dict,),
    "environment": (dict,),
    "healthcheck": (dict,),
    "image": (str,),
    "network_mode": (str,),
    "networks": (list,),
    "ports": (list,),
    "profiles": (list,),
    "read_only": (bool,),
    "restart": (str,),
    "secrets": (list,),
    "security_opt": (list,),
    "shm_size": (str,),
    "stop_grace_period": (str,),
    "tmpfs": (list,),
    "volumes": (list,),
}
FILE_ATTRIBUTES = frozenset({"name", "services", "networks", "volumes", "secrets"})
HEALTHCHECK_ATTRIBUTES = frozenset({"test", "interval", "timeout", "retries", "start_period", "disable"})
DEPENDS_ON_ATTRIBUTES = frozenset({"condition", "restart", "required"})
CONDITIONS = frozenset({"service_started", "service_healthy", "service_completed_successfully"})


@cache
def compose() -> dict[str, Any]:
    """The file with its anchors and merges resolved, variables left as they stand."""
    loaded = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def services() -> dict[str, Service]:
    """Every service by name."""
    found: dict[str, Service] = compose()["services"]
    return found


def of_simulators(service: Service) -> bool:
    """Whether the service exists only when somebody asks for the simulators."""
    return service.get("profiles") == ["simulators"]


def variables() -> dict[str, str]:
    """The variables that the file reads, with the rest of each expression (`:-default`, `:?message`)."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    return dict(re.findall(r"(?<!\$)\$\{([A-Z_]+)([^}]*)\}", text))


def commands() -> list[tuple[str, ...]]:
    """Every command of ours that the file, its script and the Dockerfile run, as typed words."""
    found = []
    for service in services().values():
        words = service.get("command", [])
        target = service.get("build", {}).get("target")
        if isinstance(words, list) and target == "broker":
            found.append(("broker", *words))
        elif isinstance(words, list) and words[:1] == ["python"]:
            found.append(tuple(words))
    for script in ("prepare-simulators", "import-demo-accounts"):
        found += [
            tuple(shlex.split(line.partition(">")[0]))
            for line in (ROOT / "deploy" / script).read_text(encoding="utf-8").splitlines()
            if line.startswith(("broker ", "python -m "))
        ]
    instructions = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^CMD (\[.*\])$", instructions, re.MULTILINE):
        words = yaml.safe_load(line)
        found.append(tuple(words) if words[0] == "python" else ("broker", *words))
    return found
