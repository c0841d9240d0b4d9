"""How a platform is declared: what it is, what opens it, and its parts."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any

from tools.kit.network import Account
from tools.kit.survey import Survey
from tools.kit.toolset import Resource, Tool, Toolset
from tools.kit.webhook import Webhook


@dataclass(frozen=True)
class Credential:
    """A secret a platform needs: its variable, and where a person finds its value."""

    variable: str
    where: str
    is_free_text: bool = False
    """Whether a person chose it, so that it may hold spaces and any letters; a token never does."""
    fallback: Callable[[Mapping[str, str]], str | None] | None = None
    """Finds the value where the vendor's own programs keep it, for when the variable is not set; takes the environment.

    Raises ValueError with a sentence when that place says something that cannot be."""
    sandbox_value: str | None = None
    """Its value in a sandbox, where the value's form matters."""


@dataclass(frozen=True)
class Setting:
    """An optional value that is no secret."""

    variable: str
    meaning: str
    default: str | None = None
    says: str = ""
    """How the instructions tell its value to a model, with {} in its place; empty: it need not know."""
    sandbox_value: str | None = None
    """Its value in a sandbox, whatever the environment says."""


def toolsets_of(package: ModuleType) -> tuple[Toolset[Any], ...]:
    """The toolsets of all modules of a package; imports them."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."))
    values = [value for name in names for value in vars(importlib.import_module(name)).values()]
    return tuple(dict.fromkeys(value for value in values if isinstance(value, Toolset)))


class ToolSource:
    """Tools and pages that are offered under one key."""

    key: str
    title: str

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

    def name_of(self, tool: Tool | str) -> str:
        """The name a client calls a tool by; made here and nowhere else."""
        return f"{self.key}_{tool if isinstance(tool, str) else tool.name}"


@dataclass(frozen=True)
class Parts:
    """What of a platform takes long to load: its client and tools, with all their models."""

    client: Callable[[Account], Any]
    toolsets: Sequence[Toolset[Any]]
    probe: Callable[[Any], Awaitable[str]]
    """Reads a little and answers one line: whether the credential works."""
    webhooks: tuple[Webhook, ...] = ()
    """The events it pushes."""
    survey: Survey | None = None
    """What it can tell about runs, bugs and tests in the words that all platforms share."""


@dataclass(frozen=True)
class Platform(ToolSource):
    """One platform: what it is, and how its parts are come by."""

    key: str
    title: str
    docs: str
    load: Callable[[], Parts]
    """Imports its parts; done once, and not at all for a platform that nobody has configured."""
    sandbox: Callable[..., Any]
    """Builds a fresh imitation, of the profile `story` or `scale`; imports it only then."""
    acts: Callable[[], Sequence[Callable[[Any], Awaitable[None]]]]
    """The acts of the demonstration that play in its imitation's story."""
    credentials: tuple[Credential, ...]
    address: Setting
    """The variable and default of the base address."""
    mount: str
    """Where its imitation stands below a sandbox's origin."""
    settings: tuple[Setting, ...] = ()
    credential_sets: tuple[frozenset[str], ...] = ()
    """Sets of variables each of which is enough to work with it; none: every credential is needed."""
    base_url_from: Callable[[Mapping[str, str]], str | None] | None = None
    """Takes the settings and answers the base address they mean; None: the default. Raises ValueError, a sentence."""
    locked: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    """Takes all variables that are held, and answers what they do not open: what a tool `needs`, and the sentence that
    says which credential opens it and where to get that. No request is made for it."""
    words: str = field(default="")
    """What a model should know to work with it, in a sentence or two."""

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

    def missing(self, held: Collection[str]) -> tuple[str, ...]:
        """The variables that are still needed when these are held: those of the set that lacks fewest; none: enough.

        Of two that lack as many, the one that was begun is meant.
        """
        wanted = self.credential_sets or (frozenset(credential.variable for credential in self.credentials),)
        fewest = min(wanted, key=lambda one: (len(one - set(held)), -len(one & set(held))))
        return tuple(sorted(fewest - set(held)))
