"""What the tools of trackers work with: the operator's trackers, the platforms' defects, and what was handed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tools.kit.defect import Content, Defect, DefectSource, with_texts
from tools.kit.errors import Refused
from tools.kit.hand_over import Handovers
from tools.kit.platform import Platform
from tools.kit.text import quote, word
from tools.kit.webhook import Inbox
from tools.trackers.client import TrackerClient
from tools.trackers.drafts import Drafted, draft
from tools.trackers.engine import Mark, Work

EXAMPLES: Final = "testio:88101 for a bug, testery:512/9 for test 9 that failed in run 512"


@dataclass(frozen=True)
class Desk:
    """Everything between the platforms and the trackers."""

    clients: Mapping[str, TrackerClient]
    """By the operator's name of each tracker."""
    platforms: Mapping[str, Platform]
    """Those that are configured."""
    client_of: Callable[[str], Any]
    """Returns a platform's client; raises NotConfigured."""
    handovers: Handovers
    inboxes: Mapping[str, Inbox] = field(default_factory=dict)
    redact: Callable[[str], str] = str
    """Masks the secrets in a text before it goes to a tracker, where more people read it."""

    def tracker(self, name: str | None) -> TrackerClient:
        """A tracker by its name; the only one where none is named.

        Raises:
            Refused: with the names there are.
        """
        names = ", ".join(self.clients)
        if name is None and len(self.clients) == 1:
            return next(iter(self.clients.values()))
        if name is None:
            raise Refused(f"Name the tracker: {names}.")
        by_name = {known.casefold(): client for known, client in self.clients.items()}
        if name.strip().casefold() not in by_name:
            raise Refused(f"No tracker is named {quote(name)}. There is: {names}.")
        return by_name[name.strip().casefold()]

    def source(self, item: str) -> tuple[Platform, DefectSource, str]:
        """The platform that an item is of, and the item's id there.

        Raises:
            Refused: when it is written in another way, or its platform has no defects.
        """
        key, _, rest = item.strip().partition(":")
        platform = self.platforms.get(key.strip().lower())
        if platform is None or not rest.strip():
            known = ", ".join(name for name, one in self.platforms.items() if one.defects is not None)
            raise Refused(f"Write an item as {EXAMPLES}; {word(item)} is none. Platforms here: {known}.")
        if platform.defects is None:
            raise Refused(f"{platform.title} has nothing that can be handed over.")
        return platform, platform.defects, rest.strip()

    async def read(self, item: str) -> Defect:
        """The defect of an item, as its platform has it now.

        Raises:
            TestdeskError: when it cannot be read.
        """
        platform, source, rest = self.source(item)
        defect = await source.read(self.client_of(platform.key), rest, self.inboxes.get(platform.key))
        return with_texts(defect, self.redact)

    def work(self, api: TrackerClient, defect: Defect, *, title: str | None = None, marks: bool = False) -> Work:
        """A defect on its way into a tracker.

        Raises:
            Refused: when it is to be marked as exported and its platform has no such mark.
        """
        return Work(
            api,
            self.handovers,
            defect,
            self.draft(api, defect, title=title),
            load=self._load(defect),
            mark=self._mark(defect) if marks else None,
        )

    def draft(self, api: TrackerClient, defect: Defect, *, title: str | None = None) -> Drafted:
        """The issue as it would be."""
        return draft(defect, api.setup, title=title)

    def _load(self, defect: Defect) -> Callable[[Defect, int], Any] | None:
        platform = self.platforms[defect.platform]
        content = platform.defects.content if platform.defects is not None else None
        if content is None:
            return None

        async def load(wanted: Defect, number: int) -> Content:
            return await content(self.client_of(platform.key), wanted, number)

        return load

    def _mark(self, defect: Defect) -> Mark:
        platform = self.platforms[defect.platform]
        mark = platform.defects.mark_exported if platform.defects is not None else None
        if mark is None:
            raise Refused(f"{platform.title} has no mark for what was exported; leave mark_exported out.")
        return partial(mark, self.client_of(platform.key))
