"""What Kubernetes, compose and systemd themselves say of the files, and of one with a mistake."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from tests.deploy.files import COMPOSE, MANIFESTS, UNITS, documents
from tests.deploy.programs import DEPLOY, ROOT, SCHEMA_FILE, kubernetes_validate, run, with_programs

pytestmark = with_programs
MOST_EXPOSED = 1.2
"""What systemd calls the exposure of the unit: of 10, less is better; a unit without hardening has 9.2."""
MDWE = """
import ctypes, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Denies writable executable memory as the unit does, and becomes the command."""


@pytest.fixture(scope="module")
def built() -> str:
    ran = run("kubectl", "kustomize", str(DEPLOY / "kubernetes"))
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_kustomize_builds_every_manifest_with_the_configuration_and_the_image(built: str) -> None:
    found: dict[str, Any] = {f"{one['kind']} {one['metadata']['name']}": one for one in yaml.safe_load_all(built)}
    written = {f"{one['kind']} {one['metadata']['name']}" for file in MANIFESTS for one in documents(file)}
    (config,) = found.keys() - written
    assert re.fullmatch(r"ConfigMap testdesk-\w{10}", config)
    assert found[config]["data"]["testdesk.toml"] == (DEPLOY / "testdesk.toml").read_text(encoding="utf-8")
    pod = found["Deployment testdesk"]["spec"]["template"]["spec"]
    assert pod["volumes"][0]["configMap"]["name"] == config.split()[1]
    assert pod["containers"][0]["image"] == "registry.example.com/testdesk:latest"
    spaces = {one["metadata"].get("namespace") for one in found.values() if one["kind"] != "Namespace"}
    assert spaces == {"testdesk"}


def test_the_manifests_are_valid(built: str, tmp_path: Path) -> None:
    file = tmp_path / "built.yaml"
    file.write_text(built)
    ran = kubernetes_validate(file)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(re.findall("passed for resource", ran.stdout + ran.stderr)) == len(list(yaml.safe_load_all(built)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("automountServiceAccountToken", "automountServiceAccounttoken"),
        ("containerPort: 8765", 'containerPort: "8765"'),
    ],
)
def test_a_mistake_in_a_manifest_is_found(right: str, wrong: str, tmp_path: Path) -> None:
    text = (DEPLOY / "kubernetes" / "deployment.yaml").read_text(encoding="utf-8")
    assert right in text
    file = tmp_path / "deployment.yaml"
    file.write_text(text.replace(right, wrong))
    assert kubernetes_validate(file).returncode != 0


def test_the_compose_file_is_valid_and_a_misspelt_field_is_not() -> None:
    if not SCHEMA_FILE.exists():
        pytest.skip("the schema of compose files could not be had from npm")
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    validator = jsonschema.Draft201909Validator(schema)
    (document,) = documents(COMPOSE)
    del document["name"]  # the package's schema is older than the name of a project
    validator.validate(document)
    document["services"]["testdesk"]["read_onIy"] = True
    with pytest.raises(jsonschema.ValidationError, match="read_onIy"):
        validator.validate(document)


def units(folder: Path, *, workers: bool) -> Path:
    """The unit, and its drop-in, with a command that exists here."""
    unit = folder / UNITS[0].name
    program = str(Path(sys.executable).parent / "testdesk")
    unit.write_text(UNITS[0].read_text(encoding="utf-8").replace("/opt/testdesk/bin/testdesk", program))
    if workers:
        drop_in = folder / UNITS[1].parent.name / UNITS[1].name
        drop_in.parent.mkdir()
        drop_in.write_text(UNITS[1].read_text(encoding="utf-8").replace("/opt/testdesk/bin/testdesk", program))
    return unit


@pytest.mark.parametrize("workers", [False, True])
def test_systemd_takes_the_unit(workers: bool, tmp_path: Path) -> None:
    ran = run("systemd-analyze", "verify", "--man=no", str(units(tmp_path, workers=workers)))
    ours = [line for line in (ran.stdout + ran.stderr).splitlines() if "testdesk" in line or "workers" in line]
    assert ran.returncode == 0, ran.stderr
    assert not ours


def test_systemd_names_a_misspelt_setting_of_the_unit_and_of_its_drop_in(tmp_path: Path) -> None:
    unit = units(tmp_path, workers=True)
    for file in (unit, tmp_path / "testdesk.service.d" / "workers.conf"):
        file.write_text(file.read_text().replace("[Service]\n", "[Service]\nProtectHomes=yes\n"))
    ran = run("systemd-analyze", "verify", "--man=no", str(unit))
    assert len(re.findall("ProtectHomes", ran.stderr)) == 2


def test_the_unit_is_as_closed_as_it_was(tmp_path: Path) -> None:
    ran = run("systemd-analyze", "security", "--offline=yes", "--no-pager", str(units(tmp_path, workers=False)))
    (score,) = re.findall(r"Overall exposure level for testdesk\.service: ([\d.]+)", ran.stdout)
    assert float(score) <= MOST_EXPOSED


def test_a_server_runs_where_memory_is_never_writable_and_executable() -> None:
    """`MemoryDenyWriteExecute=yes` kills some programs in Python; systemd itself does not run here."""
    loads = "import server.app, server.http_server, uvicorn, psycopg, cryptography.fernet, jwt, PIL.Image"
    ran = subprocess.run([sys.executable, "-c", MDWE, sys.executable, "-c", loads], capture_output=True, cwd=ROOT)
    if ran.returncode == 77:
        pytest.skip("this kernel has no PR_SET_MDWE")
    assert ran.returncode == 0, ran.stderr
