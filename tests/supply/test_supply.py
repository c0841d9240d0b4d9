"""What an installation brings from others is pinned by hash, listed in the wheel, and under licences that we allow."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.supply import licences
from tests.supply.closure import SYSTEMS, Package, constraints, environments, optional, runtime
from tests.supply.lock import EXTRAS_LOCK, HEAD, LOCK, written
from tests.supply.sbom import SBOM, bill
from tests.supply.sbom import written as as_json

ENTRY = re.compile(r"([\w.-]+)==(\S+)(?: ; ([^\\]+?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


@pytest.fixture(scope="module")
def packages() -> dict[str, Package]:
    return runtime()


both_locks = pytest.mark.parametrize("lock", [LOCK, EXTRAS_LOCK], ids=lambda lock: lock.name)


@both_locks
def test_the_lock_has_each_package_of_an_installation_once_at_its_version(lock: Path) -> None:
    """After a change of a version: `make lock sbom`."""
    found = ENTRY.findall(lock.read_text(encoding="utf-8").removeprefix(HEAD.format(lock.name)))
    packages = runtime() if lock == LOCK else optional()
    expected = [(package.name, package.version, package.marker) for package in packages.values()]
    assert [(name, version, marker) for name, version, marker, _ in found] == expected
    assert {name: version for name, version, *_ in found}.items() <= constraints().items()


@both_locks
def test_the_lock_holds_nothing_but_names_versions_and_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert ENTRY.sub("", text) == HEAD.format(lock.name)
    assert not re.search(r"//|@|--(?!hash|require-hashes)|\bfile:", text)


def test_what_only_an_extra_needs_is_in_no_installation_without_it(packages: dict[str, Package]) -> None:
    of_otlp = ["http-transport", "otlp-common", "otlp-proto-common", "otlp-proto-http"]
    assert [*optional()] == [
        *("charset-normalizer", "googleapis-common-protos"),
        *(f"opentelemetry-exporter-{name}" for name in of_otlp),
        *("opentelemetry-proto", "opentelemetry-sdk", "opentelemetry-semantic-conventions"),
        *("pillow", "prometheus-client", "protobuf", "psycopg", "psycopg-binary", "requests", "tzdata", "urllib3"),
    ]
    assert not optional().keys() & packages.keys()


def test_a_package_with_one_wheel_has_one_hash_and_one_that_is_compiled_has_many() -> None:
    texts = LOCK.read_text("utf-8") + EXTRAS_LOCK.read_text("utf-8")
    hashes = {name: len(found.split("--hash")) - 1 for name, _, _, found in ENTRY.findall(texts)}
    compiled = {"cffi", "charset-normalizer", "cryptography", "pillow", "protobuf", "psycopg-binary", "pydantic-core"}
    compiled |= {"pywin32", "rapidfuzz", "rpds-py"}
    assert {name for name, count in hashes.items() if count > 1} == compiled
    assert all(hashes[name] >= 9 * 2 for name in compiled - {"cryptography", "protobuf", "pywin32"}), (
        "by Python, system and machine"
    )


def test_pip_refuses_a_package_with_another_hash(tmp_path: Path) -> None:
    wheel = tmp_path / "h11-0.16.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("h11-0.16.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: h11\nVersion: 0.16.0\n")
        archive.writestr("h11-0.16.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("h11-0.16.0.dist-info/RECORD", "")
    (entry,) = [match[0] for match in ENTRY.finditer(LOCK.read_text("utf-8")) if match[1] == "h11"]
    (tmp_path / "lock").write_text(entry, encoding="utf-8")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path), "PIP_CONFIG_FILE": os.devnull}
    only = ["--no-deps", "--ignore-installed", "--dry-run", "--require-hashes", "-r", str(tmp_path / "lock")]
    pip = [sys.executable, "-m", "pip", "install", *only]
    ran = subprocess.run(pip, capture_output=True, text=True, env={**os.environ, **offline})
    assert ran.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in ran.stderr


def test_an_entry_says_on_which_system_it_is_needed() -> None:
    one = Package("a", "1", "MIT", systems={"win32"})
    assert (
        written([one], {"a": {"0" * 64}})
        == f'{HEAD.format(LOCK.name)}a==1 ; sys_platform == "win32" \\\n    --hash=sha256:{"0" * 64}\n'
    )
    assert Package("a", "1", "MIT", systems={name for name, *_ in SYSTEMS}).marker == ""


def test_the_markers_of_the_lock_give_each_system_what_it_needs(packages: dict[str, Package]) -> None:
    for environment in environments():
        for package in packages.values():
            marker = Requirement(f"{package.name}{' ; ' if package.marker else ''}{package.marker}").marker
            needed = marker is None or marker.evaluate(dict(environment))
            assert needed is (environment["sys_platform"] in package.systems)


def test_the_bill_of_materials_is_the_present_one() -> None:
    """After a change of a version: `make lock sbom`."""
    assert SBOM.read_text(encoding="utf-8") == as_json(bill())


def test_the_bill_of_materials_keeps_the_rules_of_its_schema(packages: dict[str, Package]) -> None:
    document = json.loads(SBOM.read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", document["serialNumber"])
    assert "timestamp" not in document["metadata"]
    components = [document["metadata"]["component"], *document["components"]]
    references = [component["bom-ref"] for component in components]
    assert len(set(references)) == len(components) == len(packages | optional()) + 1
    assert [one["name"] for one in components if one.get("scope") == "optional"] == [*optional()]
    for component in components:
        assert component["type"] in {"application", "library"}
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        (licence,) = component["licenses"]
        assert ("expression" in licence) != ("license" in licence)
    assert [entry["ref"] for entry in document["dependencies"]] == references
    assert {one for entry in document["dependencies"] for one in entry["dependsOn"]} == set(references[1:])


def test_every_licence_is_allowed_and_one_that_is_not_is_named(packages: dict[str, Package]) -> None:
    present = licences.present()
    assert packages.keys() | optional().keys() <= present.keys()
    assert licences.refused(present) == []
    assert licences.refused({"a": "GPL-3.0-only", "b": "", "c": "MIT OR GPL-3.0-only"}) == [
        "a: GPL-3.0-only",
        "b: its metadata names no licence",
    ]
    assert licences.refused({"a": "MIT AND GPL-3.0-only"}) == ["a: MIT AND GPL-3.0-only"]
