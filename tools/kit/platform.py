"""How a platform is declared: its name, its credentials, and its parts."""

import importlib
import pkgutil
import tomllib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from tools.kit.declared import Declared, DeclaredResource, DeclaredTool
from tools.kit.defect import DefectSource
from tools.kit.network import Account
from tools.kit.survey import Survey
from tools.kit.toolset import Resource, Tool, Toolset
from tools.kit.webhook import Webhook


@dataclass(frozen=True)
class Credential:
    """A secret that a platform needs: its variable, and where to find its value."""

    variable: str
    where: str
    is_free_text: bool = False
    """Whether a person chose it, so that it may contain any characters; a token never does."""
    fallback: Callable[[Mapping[str, str]], str | None] | None = None
    """Finds the value where the vendor's own programs keep it, for when the variable is not set; takes the environment.

    Raises ValueError with a sentence when that place says something that cannot be."""
    fallback_files: tuple[str, ...] = ()
    """The files in the home directory in which `fallback` looks."""
    sandbox_value: str | None = None
    """Its value in a sandbox, where the value's form matters."""
    prefixes: tuple[str, ...] = ()
    """What its value can begin with, where access depends on it; it is public."""


@dataclass(frozen=True)
class Setting:
    """An optional value that is no secret."""

    variable: str
    meaning: str
    default: str | None = None
    says: str = ""
    """The sentence in the server's instructions that gives its value, with {} in its place; empty: not mentioned."""
    sandbox_value: str | None = None
    """Its value in a sandbox, whatever the environment says."""
    is_personal: bool = False
    """Whether one of several people may have a value of their own: it decides neither where requests go nor about
    files."""
    is_of_credential: bool = False
    """Whether it belongs to the credential beside it, so that it is of no use with somebody else's."""


JOBS: Final = ("triage", "planning", "reporting")
"""The jobs that have a face of their own beside the default, `auto`."""


def toolsets_of(package: ModuleType) -> tuple[Toolset[Any], ...]:
    """The toolsets of all modules of a package; imports them."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return tuple(dict.fromkeys(value for value in values if isinstance(value, Toolset)))


class ToolSource:
    """Tools and resources under one key."""

    key: str
    title: str
    short_title: str = ""
    """What the titles of its tools begin with, where the title is long."""

    def face(self, job: str, *, alone: bool) -> Collection[str]:
        """The tools to list for a job, by their names without the platform: all, unless a source says otherwise."""
        return [tool.name for tool in self.declared.tools]

    @property
    def toolsets(self) -> Sequence[Toolset[Any]]:
        """The tools by subject."""
        raise NotImplementedError

    @property
    def tools(self) -> list[Tool]:
        return [tool for toolset in self.toolsets for tool in toolset.tools]

    @property
    def resources(self) -> list[Resource]:
        return [resource for toolset in self.toolsets for resource in toolset.resources]

    @property
    def survey(self) -> Survey | None:
        """Its runs, bugs and tests in the terms that all platforms share."""
        return None

    @property
    def defects(self) -> DefectSource | None:
        """What it gives of its defects, for trackers."""
        return None

    @cached_property
    def declared(self) -> Declared:
        """What lists show of it."""
        return self.declaration()

    def declaration(self) -> Declared:
        """What lists show of it, from its modules."""
        return Declared(
            tuple(DeclaredTool.of(tool, self.hints.get(tool.name, "")) for tool in self.tools),
            tuple(DeclaredResource(page.template, page.name, page.sentence) for page in self.resources),
            self.survey is not None,
        )

    def tool(self, name: str) -> Tool:
        """The tool with this name."""
        return next(tool for tool in self.tools if tool.name == name)

    def resource(self, template: str) -> Resource:
        """The resource at this address."""
        return next(page for page in self.resources if page.template == template)

    @property
    def hints(self) -> Mapping[str, str]:
        """The words people ask for each tool with, beside its name and description."""
        return {}

    def name_of(self, tool: Tool | DeclaredTool | str) -> str:
        """The public name of a tool; made only here."""
        return f"{self.key}_{tool if isinstance(tool, str) else tool.name}"


@dataclass(frozen=True)
class Parts:
    """The parts of a platform that are loaded on demand: its client and tools, with all their models."""

    client: Callable[[Account], Any]
    toolsets: Sequence[Toolset[Any]]
    probe: Callable[[Any], Awaitable[str]]
    """Makes one small read and returns a line that says whether the credential works."""
    webhooks: tuple[Webhook, ...] = ()
    """The events it pushes."""
    survey: Survey | None = None
    """Its runs, bugs and tests in the terms that all platforms share."""
    defects: DefectSource | None = None
    """What it gives of its defects, for trackers."""
    hints: Mapping[str, str] = field(default_factory=dict)
    """The words people ask for each tool with."""


@dataclass(frozen=True)
class Platform(ToolSource):
    """One platform, and how its parts are loaded."""

    key: str
    title: str
    docs: str
    load: Callable[[], Parts]
    """Imports its parts; called once, and never for a platform that is not configured."""
    sandbox: Callable[..., Any]
    """Builds a fresh fake API with the profile `story` or `scale`; imports it only then."""
    acts: Callable[[], Sequence[Callable[[Any], Awaitable[None]]]]
    """The acts of `testdesk demo` on this platform's sandbox."""
    credentials: tuple[Credential, ...]
    address: Setting
    """The variable and default of the base address."""
    mount: str
    """Where its fake API is mounted in the sandbox."""
    settings: tuple[Setting, ...] = ()
    credential_sets: tuple[frozenset[str], ...] = ()
    """Alternative sets of variables, each of which is sufficient; empty: every credential is needed."""
    base_url_from: Callable[[Mapping[str, str]], str | None] | None = None
    """Returns the base address that the settings imply; None for the default. Raises ValueError with a sentence."""
    locked: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    """Returns what the given credentials do not give access to: for each value of a tool's `needs`, the sentence that
    says which credential does, and where to get it. Makes no request."""
    faces: Path | None = None
    """The TOML file that says which tools are listed for which job; None: all."""
    short_title: str = ""
    containers: str = "projects"
    """What holds its tests, and what an operator may allow some of."""
    nouns: str = ""
    """What it holds, in a few words."""
    words: str = field(default="")
    """What a model should know about it, in a sentence or two."""
    record: Declared | None = None
    """What lists show of it, where that is known before its parts are loaded."""

    @cached_property
    def parts(self) -> Parts:
        return self.load()

    @property
    def client(self) -> Callable[[Account], Any]:
        return self.parts.client

    @property
    def toolsets(self) -> Sequence[Toolset[Any]]:
        return self.parts.toolsets

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        return self.parts.webhooks

    @property
    def survey(self) -> Survey | None:
        return self.parts.survey

    @property
    def defects(self) -> DefectSource | None:
        return self.parts.defects

    @cached_property
    def declared(self) -> Declared:
        return self.record or self.declaration()

    @cached_property
    def _faces(self) -> dict[str, dict[str, list[str]]]:
        return {} if self.faces is None else _read_faces(self.faces)

    def face(self, job: str, *, alone: bool) -> Collection[str]:
        if self.faces is None:
            return super().face(job, alone=alone)
        face = self._faces[job]
        return [*face["always"], *(face["alone"] if alone else ())]

    @property
    def hints(self) -> Mapping[str, str]:
        return self.parts.hints

    def missing(self, held: Collection[str]) -> tuple[str, ...]:
        """The variables that are still missing, of the set that lacks the fewest; empty: configured.

        Of two sets that lack as many, the one that is partly configured counts.
        """
        wanted = self.credential_sets or (frozenset(credential.variable for credential in self.credentials),)
        fewest = min(wanted, key=lambda one: (len(one - set(held)), -len(one & set(held))))
        return tuple(sorted(fewest - set(held)))


@cache
def _read_faces(file: Path) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
