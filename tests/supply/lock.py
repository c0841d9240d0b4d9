"""Writes requirements.lock: the packages of an installation at exact versions, with the hash of each wheel.

    python -m tests.supply.lock         needs a package registry, which pip asks for each system and Python

It holds no address, so that `pip install --require-hashes -r requirements.lock` works with any registry or mirror.
What only extras need is in requirements-extras.lock, to be installed besides.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from packaging.utils import canonicalize_name

from tests.supply.closure import PYTHONS, ROOT, Package, optional, runtime

LOCK: Final = ROOT / "requirements.lock"
EXTRAS_LOCK: Final = ROOT / "requirements-extras.lock"
HEAD: Final = "# Written by `make lock`. Install with: pip install --require-hashes -r {}\n"
GLIBC: Final = (34, 28, 17)
"""Minor versions of glibc 2 for which wheels are published, the newest first."""
EXTRAS_GLIBC: Final = GLIBC[:-1]
"""Those for which Pillow and the driver of PostgreSQL have wheels; on an older one pip builds them."""


@dataclass(frozen=True)
class Target:
    """A system for which wheels are published, by its tags."""

    system: str
    tags: tuple[str, ...]


def targets(glibc: Sequence[int]) -> Iterator[Target]:
    """All systems, and for Linux each age of its C library: pip takes the newest wheel that fits.

    Macs with Intel processors are not among them: `cryptography` has no wheel for them any more.
    """
    for machine in ("x86_64", "aarch64"):
        for newest in glibc:
            tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC if minor <= newest]
            yield Target("linux", (*tags, f"manylinux2014_{machine}"))
        yield Target("linux", (f"musllinux_1_2_{machine}", f"musllinux_1_1_{machine}"))
    yield Target("darwin", ("macosx_14_0_arm64",))
    yield Target("win32", ("win_amd64",))


def wheels(packages: Sequence[Package], target: Target, python: str) -> Iterator[tuple[str, str, bool]]:
    """Name and hash of the wheel that pip takes for each package on a system, and whether it fits every system.

    Raises:
        CalledProcessError: where a package has no wheel.
    """
    wanted = [f"{package.name}=={package.version}" for package in packages if target.system in package.systems]
    if not wanted:
        return
    how = ["--dry-run", "--quiet", "--no-deps", "--ignore-installed", "--only-binary=:all:", "--report", "-"]
    tags = [word for tag in target.tags for word in ("--platform", tag)]
    with tempfile.TemporaryDirectory() as nowhere:
        where = ["--implementation", "cp", "--python-version", python, "--target", nowhere, *tags]
        command = [sys.executable, "-m", "pip", "install", *how, *where, *wanted]
        ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    for entry in json.loads(ran.stdout)["install"]:
        name, found = canonicalize_name(entry["metadata"]["name"]), entry["download_info"]
        yield name, found["archive_info"]["hashes"]["sha256"], found["url"].endswith("-none-any.whl")


def locked(packages: dict[str, Package], glibc: Sequence[int] = GLIBC) -> dict[str, set[str]]:
    """The hashes of all wheels of each package."""
    found: dict[str, set[str]] = {name: set() for name in packages}
    waiting = list(packages.values())
    for target, python in product(targets(glibc), PYTHONS):
        print(f"{len(waiting)} packages for Python {python}, {target.tags[-1]}", flush=True)
        for name, digest, fits_all in wheels(waiting, target, python):
            found[name].add(digest)
            if fits_all:
                waiting = [package for package in waiting if package.name != name]
    return found


def written(packages: Iterable[Package], hashes: dict[str, set[str]], name: str = LOCK.name) -> str:
    """The lock as a file of requirements."""
    entries = []
    for package in packages:
        marker = f" ; {package.marker}" if package.marker else ""
        lines = [f"{package.name}=={package.version}{marker}"]
        lines += [f"    --hash=sha256:{digest}" for digest in sorted(hashes[package.name])]
        entries.append(" \\\n".join(lines))
    return HEAD.format(name) + "\n".join(entries) + "\n"


def main() -> None:
    for file, packages, glibc in ((EXTRAS_LOCK, optional(), EXTRAS_GLIBC), (LOCK, runtime(), GLIBC)):
        file.write_text(written(packages.values(), locked(packages, glibc), file.name), encoding="utf-8")
        print(f"{file.name}: {len(packages)} packages")


if __name__ == "__main__":
    main()
