"""How tools are declared: Effect, Tool, Resource, Toolset."""

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from tools.kit.asking import Asking, answer_type
from tools.kit.view import View

C = TypeVar("C")
P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=Awaitable[Any] | AsyncGenerator[Any, None])


class Effect(StrEnum):
    """What a tool does to the world."""

    READS = "reads"
    WRITES = "writes"
    DESTROYS = "destroys"
    """The API cannot undo it."""
    SPENDS = "spends"
    """It orders paid work or paid machine time."""


class Progress(Protocol):
    """Reports the progress of long work; the server injects it into a parameter of this type."""

    async def __call__(self, done: float, total: float | None = None, message: str | None = None) -> None: ...


async def no_progress(done: float, total: float | None = None, message: str | None = None) -> None:
    """A Progress that reports nothing."""


@dataclass(frozen=True)
class Tool:
    """A declared tool: a function and its effect."""

    function: Callable[..., Awaitable[Any] | AsyncGenerator[Any, None]]
    effect: Effect
    idempotent: bool
    unasked_when: Callable[..., bool] | None = None
    """True where the arguments alone show that no question is needed, so that a client that cannot ask may call it."""
    typed: bool = False
    """Whether it may ask for the object's name to be typed, since it deletes all that is in the object."""
    verify_with: str | None = None
    """The read tool that shows whether a write with a lost response took effect; None: the API does not show it."""
    full_text_in: str | None = None
    """The tool that returns the full text of what is cut here."""
    long_text: bool = False
    """Whether it takes `max_text` and `text_from`."""
    needs: str | None = None
    """The kind of access that its credential must have, in the platform's own terms; None: any."""
    view: View | None = None
    """The page that shows its answer, in hosts that show pages."""
    rules: bool = False
    """Whether it decides what others can do or receive: members, tokens, where an account sends its bugs."""

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def subject(self) -> str:
        """Its subject: the name of the module that declares it."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def has_edits(self) -> bool:
        """Whether it can edit part of a stored text."""
        return "edits" in inspect.signature(self.function).parameters

    @property
    def sentence(self) -> str:
        return inspect.cleandoc(self.function.__doc__ or "")

    @property
    def asks(self) -> bool:
        """Whether it may ask before it acts."""
        return inspect.isasyncgenfunction(self.function)

    @property
    def answer(self) -> Any:
        """The type of its answer."""
        return answer_type(inspect.signature(self.function, eval_str=True).return_annotation)

    @property
    def once(self) -> bool:
        """Whether an equal call soon after is a mistake of the caller: it creates something or orders paid work."""
        orders = self.effect is Effect.SPENDS
        creates = self.effect is not Effect.READS and not self.idempotent and self.name.startswith("create_")
        # One that allows duplicates on demand compares with what is there by itself.
        return (orders or creates) and "allow_duplicates" not in inspect.signature(self.function).parameters

    @property
    def removes(self) -> bool:
        """Whether it takes away what an earlier call may have created."""
        return self.effect is Effect.DESTROYS and self.name.partition("_")[0] in {"delete", "remove", "cancel"}

    def act(self, api: Any, arguments: Mapping[str, Any]) -> Asking[Any]:
        """The act of a tool that asks, not yet started."""
        act: Any = self.function(api, **arguments)
        return act  # type: ignore[no-any-return]

    def is_unasked(self, arguments: Mapping[str, Any]) -> bool:
        """Whether the arguments alone show that no question is needed."""
        check = self.unasked_when
        return check is not None and check(**{name: arguments[name] for name in inspect.signature(check).parameters})


@dataclass(frozen=True)
class Resource:
    """A declared resource: a page of Markdown at an address below the platform's scheme."""

    template: str
    function: Callable[..., Awaitable[str]]
    complete: Callable[..., Awaitable[list[str]]] | None

    @property
    def name(self) -> str:
        return self.function.__name__

    @property
    def sentence(self) -> str:
        return (self.function.__doc__ or "").strip()


class Toolset(Generic[C]):
    """Collects the tools and resources of one subject; the decorated functions are unchanged."""

    def __init__(self, client: type[C], *, needs: str | None = None) -> None:
        self.client = client
        self.needs = needs
        self.tools: list[Tool] = []
        self.resources: list[Resource] = []

    def reads(
        self, *, full_text_in: str | None = None, long_text: bool = False, view: View | None = None
    ) -> Callable[[Callable[Concatenate[C, P], Awaitable[R]]], Callable[Concatenate[C, P], Awaitable[R]]]:
        """Declare a tool that changes nothing."""
        return self._declare(Effect.READS, idempotent=True, full_text_in=full_text_in, long_text=long_text, view=view)

    def writes(
        self,
        *,
        idempotent: bool,
        verify_with: str | None,
        unasked_when: Callable[..., bool] | None = None,
        rules: bool = False,
    ) -> Callable[[Callable[Concatenate[C, P], A]], Callable[Concatenate[C, P], A]]:
        """Declare a tool whose change can be undone; it may ask in the cases that are not harmless."""
        return self._declare(
            Effect.WRITES, idempotent=idempotent, verify_with=verify_with, unasked_when=unasked_when, rules=rules
        )

    def destroys(
        self,
        *,
        idempotent: bool,
        verify_with: str | None,
        unasked_when: Callable[..., bool] | None = None,
        typed: bool = False,
        rules: bool = False,
    ) -> Callable[[Callable[Concatenate[C, P], Asking[R]]], Callable[Concatenate[C, P], Asking[R]]]:
        """Declare a tool whose change the API cannot undo."""
        return self._declare(
            Effect.DESTROYS,
            idempotent=idempotent,
            verify_with=verify_with,
            unasked_when=unasked_when,
            typed=typed,
            rules=rules,
        )

    def spends(
        self,
        *,
        verify_with: str | None,
        idempotent: bool = False,
        unasked_when: Callable[..., bool] | None = None,
    ) -> Callable[[Callable[Concatenate[C, P], Asking[R]]], Callable[Concatenate[C, P], Asking[R]]]:
        """Declare a tool that orders something paid."""
        return self._declare(Effect.SPENDS, idempotent=idempotent, verify_with=verify_with, unasked_when=unasked_when)

    def resource(
        self, template: str, *, complete: Callable[..., Awaitable[list[str]]] | None = None
    ) -> Callable[[Callable[Concatenate[C, P], Awaitable[str]]], Callable[Concatenate[C, P], Awaitable[str]]]:
        """Declare a page at `template` below the platform's scheme; `complete` takes the client, a variable's name,
        what was typed of it, and the variables before it."""

        def add(function: Callable[Concatenate[C, P], Awaitable[str]]) -> Callable[Concatenate[C, P], Awaitable[str]]:
            self.resources.append(Resource(template, function, complete))
            return function

        return add

    def _declare(
        self, effect: Effect, **how: Any
    ) -> Callable[[Callable[Concatenate[C, P], A]], Callable[Concatenate[C, P], A]]:
        def add(function: Callable[Concatenate[C, P], A]) -> Callable[Concatenate[C, P], A]:
            declared = Tool(function=function, effect=effect, needs=self.needs, **how)
            if effect in {Effect.DESTROYS, Effect.SPENDS} and not declared.asks:
                raise TypeError(f"{declared.name} {effect} and asks no question")
            self.tools.append(declared)
            return function

        return add
