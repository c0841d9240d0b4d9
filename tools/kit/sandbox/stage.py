"""Stage: what an act of the demonstration plays on; an act is written beside the story that it shows."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol


class Stage(Protocol):
    """Calls tools as an assistant does, answers as a person does, and states what came of it."""

    async def call(self, tool: str, /, *, quietly: bool = False, **arguments: Any) -> dict[str, Any]:
        """Call a tool that is expected to work, and answer its structured content."""

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that is expected to be refused, and answer the sentence."""

    async def pictures(self, tool: str, /, **arguments: Any) -> int:
        """Call a tool that answers pictures, and count them."""

    async def control(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        """Do something in the sandbox that people do in the platform's web app; `action` is below `/_sandbox/`."""

    async def heard(self, uri: str, *, seconds: float = 5) -> bool:
        """Whether the client was told that a page has changed, waiting a little for it."""

    def person_will_say(self, *, yes: bool) -> None:
        """What the person answers to the next question."""

    def question(self) -> str:
        """The last question the person was asked; empty before the first."""

    def act(self, title: str) -> None:
        """Begin an act."""

    def show(self, line: str) -> None:
        """Show a line to whoever watches."""

    def claim(self, holds: bool, words: str) -> None:
        """State what a step did; the demonstration fails when it did not."""


Act = Callable[[Stage], Awaitable[None]]
