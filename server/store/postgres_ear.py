"""A thread that says that this process runs, and hears when events arrive; one connection of its own."""

import contextlib
import select
import socket
import time
from collections import Counter
from threading import Condition, Thread
from typing import Any, Final

import psycopg

from server.store import processes
from server.store.engine import EVENT
from server.store.postgres_schema import BEAT, Connection, connected

CHANNEL: Final = "testdesk_arrived"
HINT: Final = f"SELECT pg_notify('{CHANNEL}', %s)"
AGAIN_SECONDS: Final = 1.0
"""How soon it connects again."""


class Ear:
    """Beats and listens until it is closed; while its connection is away it beats late, and nobody is woken."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters
        self._changed, self._is_closed = Condition(), False
        self._counts: Counter[str] = Counter()
        self._restarts = 0
        self.is_listening = False
        self._stop, self._end = socket.socketpair()
        self._thread = Thread(target=self._run, name="testdesk-ear", daemon=True)
        self._thread.start()

    def wait(self, topic: str, seen: int, seconds: float) -> int:
        """Wait until there are other arrivals of a topic than those seen, and return their count."""
        with self._changed:
            self._changed.wait_for(lambda: self._count(topic) != seen or self._is_closed, seconds)
            return self._count(topic)

    def _count(self, topic: str) -> int:
        return self._restarts + self._counts[topic]

    def close(self) -> None:
        """End the thread; it closes its connection."""
        with self._changed:
            if self._is_closed:
                return
            self._is_closed = True
            self._changed.notify_all()
        self._end.close()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._is_closed:
            with contextlib.suppress(psycopg.Error, OSError), connected(self._parameters) as connection:
                self._follow(connection)
            self.is_listening = False
            select.select([self._stop], [], [], AGAIN_SECONDS)
        self._stop.close()

    def _follow(self, connection: Connection) -> None:
        topics: set[str] = set()

        def note(payload: str) -> None:
            topics.add(payload or EVENT)  # a server of an older version names no topic

        # The driver hands over what comes with the answer to a statement, and leaves what comes between two of them.
        connection.add_notify_handler(lambda arrived: note(arrived.payload))
        connection.execute(f"LISTEN {CHANNEL}")
        self.is_listening = True
        with self._changed:  # something may have arrived while nobody listened
            self._restarts += 1
            self._changed.notify_all()
        beat_at = time.monotonic()
        while not self._is_closed:
            if time.monotonic() >= beat_at:
                connection.execute(BEAT, (processes.OWN,))
                beat_at = time.monotonic() + processes.BEAT_SECONDS
            left = 0.0 if topics else max(beat_at - time.monotonic(), 0.0)
            ready, _, _ = select.select([connection.fileno(), self._stop.fileno()], [], [], left)
            if self._stop.fileno() in ready:
                return
            connection.pgconn.consume_input()
            while (arrived := connection.pgconn.notifies()) is not None:
                note(arrived.extra.decode("ascii", "replace"))
            if topics:
                with self._changed:
                    self._counts.update(topics)
                    self._changed.notify_all()
                topics.clear()
