"""Which test of a project a result in a JUnit file is of: by an id in its name, else by its names.

Runners write names in their own ways: pytest adds parameters in brackets, Jest puts the suite before the title, and
Playwright joins titles by an angle quotation mark. Each way is tried, and the first one that fits a test counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tools.kit.junit import JUnitResult
from tools.testomatio.models.ids import bare_test
from tools.testomatio.models.reporting import IdMap
from tools.testomatio.models.tests import plain_title

_ID: Final = re.compile(r"(?:^|(?<=[\s\[(]))@T([0-9a-z]{8})(?![0-9A-Za-z])")
_BARE_ID: Final = re.compile(r"@?T([0-9a-z]{8})")
_CHAIN: Final = re.compile(r"\s+[\u203a>]\s+")
_PARAMETERS: Final = re.compile(r"(.+?)\[(.+)\]")
LONGEST_VALUE: Final = 250
"""Characters of a parameter's value (API reference: Limits)."""

BY_ID, BY_FILE, BY_SUITE, BY_TITLE = "id", "file, suite and title", "suite and title", "title alone"


@dataclass(frozen=True)
class Match:
    """The test of a result and how it was found, or why there is none."""

    test_id: str | None
    how: str


@dataclass(frozen=True)
class Names:
    """What a result says of its test."""

    title: str
    suite: str | None
    example: str | None
    titles: tuple[str, ...]
    suites: tuple[str, ...]


def id_in(result: JUnitResult) -> str | None:
    """The id that a result names: in its title, its class or one of its properties."""
    for text in (result.name, result.class_name):
        if found := _ID.search(text):
            return found[1]
    return next((found[1] for one in result.properties.values() if (found := _BARE_ID.fullmatch(one.strip()))), None)


def names_of(result: JUnitResult) -> Names:
    """The titles and suites that a result may mean, the likeliest first."""
    name = " ".join(_ID.sub(" ", result.name).split()) or result.name
    with_parameters = _PARAMETERS.fullmatch(name)
    example = with_parameters[2][:LONGEST_VALUE] if with_parameters else None
    chain = [part for part in _CHAIN.split(with_parameters[1] if with_parameters else name) if part]
    own = result.suites[-1] if result.suites else ""
    last_of_class = re.split(r"[./\\]|::", result.class_name.strip("./\\"))[-1]
    suites = [chain[-2] if len(chain) > 1 else "", own, result.class_name, last_of_class, *reversed(result.suites)]
    titles = [name, chain[-1] if chain else name]
    for before in (own, result.class_name):
        if before and name.startswith(f"{before} "):
            titles.append(name[len(before) + 1 :])
    used = [suite for suite in dict.fromkeys(suites) if suite]
    title = titles[-1] if len(titles) > 2 else titles[1]
    return Names(title, used[0] if used else None, example, tuple(dict.fromkeys(titles)), tuple(used))


def _key(*names: str) -> str:
    return "#".join(plain_title(part) for part in "#".join(names).split("#"))


@dataclass
class Matcher:
    """Finds tests in the id map of a project."""

    ids: IdMap
    _named: dict[str, set[str]] = field(default_factory=dict)
    _titled: dict[str, set[str]] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        longest: dict[str, str] = {}
        for name, marked in self.ids.tests.items():
            bare = bare_test(marked)
            self._ids.add(bare)
            self._named.setdefault(_key(name), set()).add(bare)
            longest[bare] = max(longest.get(bare, ""), name, key=len)
        for bare, name in longest.items():
            parts = _key(name).split("#")
            self._titled.setdefault(parts[-1], set()).add(bare)
            if len(parts) > 1:
                self._named.setdefault("#".join(parts[-2:]), set()).add(bare)

    def match(self, result: JUnitResult) -> Match:
        """The test of a result."""
        if (named := id_in(result)) is not None:
            if named in self._ids:
                return Match(named, BY_ID)
            return Match(None, f"The project has no test T{named}.")
        names = names_of(result)
        several: set[str] = set()
        for key, how in _keys(result, names):
            found = (self._titled if how == BY_TITLE else self._named).get(key, set())
            if len(found) == 1:
                return Match(next(iter(found)), how)
            several |= found
        if several:
            return Match(None, "Several tests have this title; put the id (@T…) of the right one into it.")
        return Match(None, "No test has this title.")


def _keys(result: JUnitResult, names: Names) -> Iterator[tuple[str, str]]:
    """What to look up, in order."""
    files = dict.fromkeys(file for file in (result.file, result.class_name, *result.suites) if file)
    for title in names.titles:
        yield from ((_key(file, suite, title), BY_FILE) for file in files for suite in names.suites)
    for title in names.titles:
        yield from ((_key(suite, title), BY_SUITE) for suite in names.suites)
    yield from ((_key(title), BY_TITLE) for title in names.titles)
