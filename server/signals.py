"""Signal handling: the first signal stops the server, the second ends the process at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """The signal that was received, if any, and the exit code for it."""

    signum: int | None = None

    @property
    def exit_code(self) -> int:
        """The exit code for the received signal; 0 without one."""
        return 0 if self.signum is None else 128 + self.signum


@contextmanager
def stopped_by_signals(ask_to_stop: Callable[[], object]) -> Iterator[Stop]:
    """Call `ask_to_stop` on the first signal; it runs between two bytecodes of the main thread.

    A handler of our own also makes the first process of a container stoppable, to which the kernel delivers
    only signals that are handled. Windows has no signals in its event loop, but it has these handlers.
    """
    stop = Stop()

    def handle(signum: int, _: FrameType | None) -> None:
        if stop.signum is not None:
            os._exit(128 + signum)  # the user does not want to wait, perhaps because the loop is stuck
        stop.signum = signum
        ask_to_stop()

    if threading.current_thread() is not threading.main_thread():
        yield stop  # only the main thread can handle signals; in another thread the embedding program does
        return
    before = {signum: signal.signal(signum, handle) for signum in STOPPING}
    try:
        yield stop
    finally:
        for signum, handler in before.items():
            signal.signal(signum, signal.SIG_DFL if handler is None else handler)
