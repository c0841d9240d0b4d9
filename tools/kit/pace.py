"""The pace towards one account of a platform: its rate, and the pauses that it asks for, shared by all processes."""

from functools import cached_property

import anyio

from tools.kit.errors import PlatformError, RateLimited
from tools.kit.network import Account
from tools.kit.retry import MAX_WAIT, Pacer


class Pace:
    """Lets the requests of an account through."""

    def __init__(self, account: Account, *, per_second: float | None, burst: float = 1.0) -> None:
        self._account, self._sharing = account, account.network.sharing
        self._per_second, self._burst = per_second or 0.0, burst
        self._pacer = Pacer(per_second, burst=burst) if per_second is not None else None

    @cached_property
    def fingerprint(self) -> str:
        """What names the account in all processes."""
        return self._account.fingerprint()

    async def turn(self) -> None:
        """Wait until the next request may be sent; where the processes cannot agree, each keeps to its part."""
        if self._pacer is None:
            return
        wait = None
        if not self._sharing.is_alone:
            wait = await self._sharing.slot(self.fingerprint, per_second=self._per_second, burst=self._burst)
        if wait is None:
            await self._pacer.turn(self._sharing.processes)
        elif wait > 0:
            await anyio.sleep(wait)

    async def rested(self, request: str) -> None:
        """Wait for the end of a pause that the platform has asked any of the processes for.

        Raises:
            RateLimited: when it is longer than a call waits.
        """
        seconds = 0.0 if self._sharing.is_alone else self._sharing.resting(self.fingerprint)
        if seconds > MAX_WAIT:
            sentence = f"{self._account.title} has asked for a pause, which ends in {seconds:.0f} s. Nothing was sent."
            raise RateLimited(sentence, request=request, wait=seconds)
        if seconds > 0:
            await anyio.sleep(seconds)

    async def note(self, error: PlatformError) -> PlatformError:
        """Hold the other requests back for the pause that an error asks for, and return the error."""
        if isinstance(error, RateLimited) and error.wait and not self._sharing.is_alone:
            await self._sharing.rest(self.fingerprint, error.wait)
        return error
