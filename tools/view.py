"""The surveys of all available platforms, and how they are asked at once.

An answer lists every platform as a source, with what it could not provide.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import Field

from tools.kit.errors import NotConfigured, TestdeskError
from tools.kit.missing import UNREADABLE, collect_missing
from tools.kit.model import Answer
from tools.kit.page import Coverage
from tools.kit.platform import Platform
from tools.kit.survey import Results, Survey
from tools.kit.text import Key
from tools.kit.together import gather
from tools.kit.toolset import Progress
from tools.kit.vocabulary import WordFilter, folded
from tools.kit.when import Clock, TimeSpan, time_span

T = TypeVar("T")

Platforms = Annotated[
    list[str] | None, Field(min_length=1, max_length=10, description="Such as testery. Default: all.")
]


class Source(Answer):
    """What one platform provided, and what it did not."""

    platform: Key
    account: str | None = Field(None, description="Which one was read, where there are several.")
    title: str = Field(exclude=True)
    rows: int = 0
    complete: bool = Field(description="Whether everything the platform has was read; why says what is missing.")
    why: str | None = None


@dataclass(frozen=True)
class View:
    """The surveys of the available platforms, with their clients."""

    platforms: Mapping[str, Platform]
    client_of: Callable[[str], Any]
    """Returns a platform's client; raises NotConfigured for one without a credential."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """The account that is read of each platform that has several."""

    def chosen(self, keys: list[str] | None) -> list[Platform]:
        """The named platforms, or all.

        Raises:
            Refused: if one does not exist; names those that do.
        """
        titles = {folded(platform.title): key for key, platform in self.platforms.items()}
        wanted = WordFilter("platform", keys, list(self.platforms), meant=titles)
        wanted.check()
        return [platform for key, platform in self.platforms.items() if not wanted or folded(key) in wanted.wanted]

    def clock(self, platforms: list[Platform]) -> Clock:
        """The clock of the first configured platform, from which ages such as 7d count.

        Raises:
            NotConfigured: if none is configured.
        """
        *others, last = platforms
        for platform in others:
            try:
                return self._clock_of(platform)
            except NotConfigured:
                continue
        return self._clock_of(last)

    def _clock_of(self, platform: Platform) -> Clock:
        client: Clock = self.client_of(platform.key)
        return client


SurveyCall = Callable[[Survey, Any], Awaitable[Results[T]] | None]
"""Calls a survey with its client; None if the platform has nothing of the kind."""


async def query_platforms(
    view: View, platforms: list[Platform], query: SurveyCall[T], progress: Progress
) -> list[tuple[Source, list[T]]]:
    """Query all platforms at once; one that fails is reported in its source, and the others still count."""
    done = 0

    async def query_one(platform: Platform) -> tuple[Source, list[T]]:
        nonlocal done
        source, rows = await _query_platform(view, platform, query)
        done += 1
        await progress(done, len(platforms), platform.title)
        return source, rows

    return await gather([partial(query_one, platform) for platform in platforms])


async def _query_platform(view: View, platform: Platform, query: SurveyCall[T]) -> tuple[Source, list[T]]:
    source = Source(platform=platform.key, account=view.accounts.get(platform.key), title=platform.title, complete=True)
    try:
        call = None if platform.survey is None else query(platform.survey, view.client_of(platform.key))
        if call is None:
            source.why = "it has nothing of this kind"
            return source, []
        with collect_missing(alone=True) as missing:  # reported in this source
            results = await call
    except TestdeskError as error:
        source.complete, source.why = False, str(error)
        return source, []
    source.rows, source.complete, source.why = len(results.rows), results.complete, results.why
    if missing.sentence and UNREADABLE not in (results.why or ""):
        source.complete, source.why = False, "; ".join(filter(None, (results.why, missing.sentence)))
    return source, results.rows


async def resolve_time(view: View, platforms: list[Platform], since: str | None, until: str | None) -> TimeSpan:
    """The time span, with ages resolved by a platform's clock."""
    return await time_span(view.clock(platforms), since, until) if since or until else TimeSpan()


def joint_coverage(sources: Sequence[Source], matched: int) -> Coverage:
    """What all platforms together provided."""
    why = "; ".join(f"{source.title}: {source.why}" for source in sources if source.why)
    return Coverage(
        total=None,
        loaded=sum(source.rows for source in sources),
        matched=matched,
        complete=all(source.complete for source in sources),
        why=why or None,
    )
