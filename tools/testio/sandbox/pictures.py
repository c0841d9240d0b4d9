"""Pictures: small screenshots of the shop."""

from functools import lru_cache

from tools.kit.sandbox.canvas import Canvas, Colour

_PAPER, _HEADER, _LINE, _TEXT, _BUTTON, _ERROR, _TILE = range(7)
_PALETTE: list[Colour] = [
    (250, 250, 247),
    (22, 54, 86),
    (214, 219, 224),
    (92, 104, 117),
    (34, 139, 94),
    (201, 52, 44),
    (238, 232, 213),
]


@lru_cache(maxsize=64)
def draw_screenshot(width: int, height: int, number: int) -> bytes:
    """A PNG of this size: the cart with one line marked in red, chosen by the number."""
    canvas = Canvas(width, height, _PALETTE)
    box = canvas.box
    box(0, 0, 1, 0.13, _HEADER)
    box(0.04, 0.045, 0.22, 0.085, _PAPER)
    box(0.90, 0.035, 0.95, 0.095, _BUTTON)
    for line in range(3):
        top = 0.20 + 0.17 * line
        box(0.04, top, 0.15, top + 0.13, _TILE)
        box(0.18, top + 0.02, 0.18 + 0.10 + (number >> line) % 4 * 0.06, top + 0.05, _TEXT)
        box(0.18, top + 0.08, 0.34, top + 0.10, _LINE)
        box(0.80, top + 0.02, 0.92, top + 0.06, _TEXT)
        box(0.04, top + 0.148, 0.95, top + 0.153, _LINE)
    marked = 0.19 + 0.17 * (number % 3)
    for edge in ((0.02, marked, 0.97, marked + 0.012), (0.02, marked + 0.15, 0.97, marked + 0.162)):
        box(*edge, _ERROR)
    box(0.02, marked, 0.028, marked + 0.162, _ERROR)
    box(0.962, marked, 0.97, marked + 0.162, _ERROR)
    box(0.04, 0.76, 0.40, 0.84, _LINE)
    box(0.66, 0.88, 0.95, 0.96, _BUTTON)
    return canvas.png()
