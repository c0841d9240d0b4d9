"""Writes sbom.cdx.json: what an installation consists of, as a bill of materials that a wheel carries.

    python -m tests.supply.sbom         needs no registry

The same packages give the same bytes: it holds no time, and its serial number is derived from its contents.
"""

import json
from typing import Any, Final
from uuid import UUID, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.supply.closure import ROOT, Package, extras, optional, project, runtime

SBOM: Final = ROOT / "sbom.cdx.json"
SPEC_VERSION: Final = "1.6"
OURS: Final = UUID("6f1f0a3c-4c0e-5a52-9d0b-6f5b8c7f2a11")
"""The namespace of our serial numbers."""


def bill() -> dict[str, Any]:
    """The bill of materials, in CycloneDX."""
    version, licence, direct = project()
    packages = runtime() | optional()
    us = Package(
        "testdesk", version, licence, {canonicalize_name(Requirement(text).name) for text in direct + extras()}
    )
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {"component": component(us, kind="application")},
        "components": [component(one, is_optional=one.name in optional()) for one in packages.values()],
        "dependencies": [
            {"ref": reference(package), "dependsOn": sorted(reference(packages[name]) for name in package.needs)}
            for package in (us, *packages.values())
        ],
    }
    serial = uuid5(OURS, json.dumps(document, sort_keys=True))
    return {"bomFormat": document.pop("bomFormat"), "serialNumber": f"urn:uuid:{serial}", **document}


def component(package: Package, *, kind: str = "library", is_optional: bool = False) -> dict[str, Any]:
    """A package with its identity and licence, and whether only an extra or only some systems need it."""
    is_expression = " " in package.licence
    made: dict[str, Any] = {
        "type": kind,
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "licenses": [{"expression": package.licence} if is_expression else {"license": {"id": package.licence}}],
        "purl": reference(package),
    }
    if is_optional:
        made["scope"] = "optional"
    if kind == "library" and package.marker:
        made["properties"] = [{"name": "testdesk:marker", "value": package.marker}]
    return made


def reference(package: Package) -> str:
    """The package's address in the scheme that all package managers share."""
    return f"pkg:pypi/{package.name}@{package.version}"


def written(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1) + "\n"


def main() -> None:
    SBOM.write_text(written(bill()), encoding="utf-8")
    print(f"{SBOM.name}: {len(runtime() | optional())} packages")


if __name__ == "__main__":
    main()
