"""Stage: what a step of the demo runs on; each platform's steps are written beside its sample data."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol


class Stage(Protocol):
    """Calls tools as an assistant does, answers questions as the user does, and checks the results."""

    async def call(self, tool: str, /, *, quietly: bool = False, **arguments: Any) -> dict[str, Any]:
        """Call a tool that is expected to succeed, and return its structured content."""

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that is expected to be refused, and return the error's text."""

    async def pictures(self, tool: str, /, **arguments: Any) -> int:
        """Call a tool that returns images, and count them."""

    async def control(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Do what people do in the platform's web app; `action` is a control below `/_sandbox/`."""

    async def heard(self, uri: str, *, seconds: float = 5) -> bool:
        """Whether the client is notified within so many seconds that a resource has changed."""

    def person_will_say(self, *, yes: bool) -> None:
        """Set the user's answer to the next question."""

    def unable_to_ask(self) -> "AbstractAsyncContextManager[Stage]":
        """Another client on the same account, one that cannot ask its user anything."""

    async def approve(self, refusal: str) -> str:
        """Approve, as the user in a terminal, the call that was refused, and return what the terminal showed."""

    def question(self) -> str:
        """The last question the user was asked; empty before the first."""

    def act(self, title: str) -> None:
        """Start a section of the demo."""

    def show(self, line: str) -> None:
        """Print a line."""

    def claim(self, holds: bool, words: str) -> None:
        """Check a result and print it; the demo fails when it does not hold."""


Act = Callable[[Stage], Awaitable[None]]
