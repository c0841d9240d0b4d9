"""What the files of deploy/ say: their commands, variables, probes and ports."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # it has no types of its own

from tests.deploy.programs import DEPLOY, ROOT
from tests.docker_steps import instructions

MANIFESTS: Final = tuple(
    file for file in sorted((DEPLOY / "kubernetes").glob("*.yaml")) if file.stem != "kustomization"
)
COMPOSE: Final = DEPLOY / "compose.yaml"
UNITS: Final = (DEPLOY / "testdesk.service", DEPLOY / "testdesk.service.d" / "workers.conf")
PROXIES: Final = (DEPLOY / "nginx.conf", DEPLOY / "Caddyfile")


def documents(file: Path) -> list[dict[str, Any]]:
    """All documents of a file of YAML."""
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


def manifest(kind: str, name: str = "testdesk") -> dict[str, Any]:
    """The manifest of a kind and name."""
    (found,) = [
        one for file in MANIFESTS for one in documents(file) if (one["kind"], one["metadata"]["name"]) == (kind, name)
    ]
    return found


def pod() -> dict[str, Any]:
    """What the Deployment says of a pod."""
    spec: dict[str, Any] = manifest("Deployment")["spec"]["template"]["spec"]
    return spec


def container() -> dict[str, Any]:
    """The one container of a pod."""
    (only,) = pod()["containers"]
    return dict(only)


def service(name: str) -> dict[str, Any]:
    """A service of the compose file."""
    return dict(documents(COMPOSE)[0]["services"][name])


def unit(file: Path, key: str) -> list[str]:
    """The values of a key of a unit of systemd."""
    return re.findall(rf"^{key}=(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def commands() -> dict[str, list[str]]:
    """The arguments of `testdesk`, by the file that starts it."""
    image = dict(instructions((ROOT / "Dockerfile").read_text(encoding="utf-8")))
    return {
        "Dockerfile": re.findall(r'"([^"]+)"', image["CMD"]),
        "compose.yaml": service("testdesk")["command"],
        "deployment.yaml": container()["args"],
        **{file.name: shlex.split(unit(file, "ExecStart")[-1])[1:] for file in UNITS},
    }


def variables() -> Iterator[tuple[str, str, str]]:
    """File, name and value of each variable of Testdesk that is set anywhere."""
    yield from (("compose.yaml", *pair) for pair in service("testdesk")["environment"].items())
    yield from (("deployment.yaml", one["name"], one["value"]) for one in container()["env"])
    for file in UNITS:
        for setting in unit(file, "Environment"):
            name, _, value = setting.partition("=")
            yield file.name, name, value
