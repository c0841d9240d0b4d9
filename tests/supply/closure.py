"""The packages that Testdesk runs with, on every system and Python that it supports, from installed metadata."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, metadata
from itertools import product
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHONS: Final = ("3.11", "3.12", "3.13")
SYSTEMS: Final = (("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"), ("win32", "Windows", "nt"))
LICENCES_ELSEWHERE: Final = {"pywin32": "PSF-2.0", "tzdata": "Apache-2.0"}
"""Packages without dependencies that are installed on another system than the one that most of us work on."""
EXTRAS: Final = ("pictures", "postgres", "telemetry")
"""Extras for users; those for development are not shipped."""
SPDX: Final = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "Apache 2.0": "Apache-2.0",
    "3-Clause BSD License": "BSD-3-Clause",
}
"""What classifiers and older metadata say, as expressions."""

Environment = Mapping[str, str]


@dataclass
class Package:
    """A package at its exact version, and what it needs."""

    name: str
    version: str
    licence: str
    needs: set[str] = field(default_factory=set)
    systems: set[str] = field(default_factory=set)

    @property
    def marker(self) -> str:
        """Where it is needed; empty if everywhere."""
        if len(self.systems) == len(SYSTEMS):
            return ""
        return " or ".join(f'sys_platform == "{system}"' for system in sorted(self.systems))


@cache
def constraints() -> dict[str, str]:
    """The exact version of each package, by its normalized name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def environments() -> Iterator[Environment]:
    """All systems and Pythons, as markers see them."""
    for python, (platform, system, name) in product(PYTHONS, SYSTEMS):
        yield {
            "python_version": python,
            "python_full_version": f"{python}.0",
            "sys_platform": platform,
            "platform_system": system,
            "os_name": name,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }


def project() -> tuple[str, str, list[str]]:
    """Our own version, licence and direct dependencies."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return stated["version"], stated["license"], stated["dependencies"]


def extras() -> list[str]:
    """Our direct dependencies that are installed on request."""
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [text for extra in EXTRAS for text in stated["optional-dependencies"][extra]]


@cache
def runtime() -> dict[str, Package]:
    """The packages that an installation brings, by name, with those that only some systems need."""
    return _closure(project()[2])


@cache
def optional() -> dict[str, Package]:
    """The packages that the extras bring besides."""
    return {name: package for name, package in _closure(extras()).items() if name not in runtime()}


def _closure(direct: list[str]) -> dict[str, Package]:
    found: dict[str, Package] = {}
    for environment in environments():
        waiting = [Requirement(text) for text in direct]
        done = set[tuple[str, frozenset[str]]]()
        while waiting:
            needed = waiting.pop()
            name, extras = canonicalize_name(needed.name), frozenset(needed.extras)
            package = found.setdefault(name, Package(name, constraints()[name], licence_of(name)))
            package.systems.add(environment["sys_platform"])
            if (name, extras) not in done:
                done.add((name, extras))
                more = list(_needs(name, extras, environment))
                package.needs |= {canonicalize_name(one.name) for one in more}
                waiting += more
    return dict(sorted(found.items()))


def _needs(name: str, extras: frozenset[str], environment: Environment) -> Iterator[Requirement]:
    if name in LICENCES_ELSEWHERE:
        return
    for text in distribution(name).requires or ():
        needed = Requirement(text)
        marker = needed.marker
        if marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in {"", *extras}):
            yield needed


def licence_of(name: str) -> str:
    """The licence of an installed package as an expression; empty if its metadata does not say it."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return LICENCES_ELSEWHERE.get(name, "")
    if "License-Expression" in stated:
        return stated["License-Expression"]
    text = stated["License"].strip() if "License" in stated else ""
    if re.fullmatch(r"[A-Z][A-Za-z0-9.+-]*", text):
        return text
    classified = [line.rpartition(" :: ")[2] for line in stated.get_all("Classifier", []) if "License ::" in line]
    return " AND ".join(SPDX.get(word, word) for word in classified) or SPDX.get(text, "")
