"""A progress bar on a terminal's standard error; a pipe gets none."""

from typing import Final, TextIO

from server.shell.style import NARROWEST, Style, fit
from server.terminal import printable

CELLS: Final = 24
CLEAR: Final = "\r\x1b[K"


class ProgressBar:
    """One line that is drawn anew with each report, and taken away before anything else is written."""

    def __init__(self, stream: TextIO, style: Style) -> None:
        self._stream, self._style = stream, style
        self._is_drawn = False

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """Draw what a call has done so far."""
        width = self._style.width
        if width is None:
            return
        share = min(1.0, progress / total) if total else 0.0
        full = round(share * CELLS)
        bar = f"{'█' * full}{'░' * (CELLS - full)} {progress:g}/{total:g} " if total else f"{progress:g} "
        words = " ".join(printable(message or "").split())
        self._stream.write(f"{CLEAR}{fit(bar + words, max(NARROWEST, width) - 1).rstrip()}")
        self._stream.flush()
        self._is_drawn = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_drawn:
            self._stream.write(CLEAR)
            self._stream.flush()
            self._is_drawn = False
