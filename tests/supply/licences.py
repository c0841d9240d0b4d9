"""Prints the licence of every package that is installed here, and fails for one that is not allowed.

python -m tests.supply.licences
"""

import sys
from importlib.metadata import PackageNotFoundError, distribution
from typing import Final

from tests.supply.closure import constraints, licence_of, optional, runtime

ALLOWED: Final = frozenset({
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD License", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0",
    "PSF-2.0", "Unlicense",
})  # fmt: skip
"""Licences that ask for a notice, or for the source of a changed file, and for nothing of ours."""
EXAMINED: Final = {"docutils": "BSD-2-Clause"}
"""Packages whose metadata names more than is installed: the GPL of docutils is that of an Emacs mode in its source."""

CHOSEN: Final = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}
"""Packages of an extra: installed by who wants it, neither shipped nor changed by us, and replaceable."""


def is_allowed(expression: str) -> bool:
    """Whether one of the choices that an expression offers consists of allowed licences."""
    choices = [choice.strip("() ").split(" AND ") for choice in expression.split(" OR ")]
    return any(all(licence.strip("() ") in ALLOWED for licence in choice) for choice in choices)


def present() -> dict[str, str]:
    """The licences of what an installation brings, and of the packages for development that are installed here."""
    found = {name: package.licence for name, package in (runtime() | optional()).items()}
    for name in constraints():
        try:
            distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = EXAMINED.get(name) or licence_of(name)
    return dict(sorted(found.items()))


def refused(licences: dict[str, str]) -> list[str]:
    """A line for each package whose licence is not allowed."""
    return [
        f"{name}: {licence or 'its metadata names no licence'}"
        for name, licence in licences.items()
        if not is_allowed(licence) and CHOSEN.get(name) != licence
    ]


def main() -> int:
    licences = present()
    for name, licence in licences.items():
        print(f"{name:32}{licence}")
    if wrong := refused(licences):
        print("Not allowed:", *wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
