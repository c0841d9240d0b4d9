"""Pictures: screenshots of the browser when a test failed."""

from functools import lru_cache

from tools.kit.sandbox.canvas import Canvas

_PALETTE = ((250, 250, 247), (22, 54, 86), (92, 104, 117), (34, 139, 94), (201, 52, 44))
_HEADER, _TEXT, _BUTTON, _ERROR = range(1, 5)


@lru_cache(maxsize=32)
def draw_screenshot(width: int, height: int, number: int) -> bytes:
    """A PNG of this size: the checkout with an error in red; the number varies the rest."""
    canvas = Canvas(width, height, _PALETTE)
    canvas.box(0, 0, 1, 0.12, _HEADER)
    for line in range(5):
        canvas.box(0.06, 0.20 + line * 0.09, 0.30 + (number >> line) % 5 * 0.1, 0.24 + line * 0.09, _TEXT)
    canvas.box(0.06, 0.68, 0.94, 0.78, _ERROR)
    canvas.box(0.66, 0.86, 0.94, 0.95, _BUTTON)
    return canvas.png()
