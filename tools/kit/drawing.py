"""Draws a chart as PNG by Pillow, an optional package that is imported when a chart is drawn.

The ground is white and opaque, so that a chart reads on light and dark pages. Everything is drawn twice as large as it
is meant to be seen, and its longer side stays within what models look at. The same chart gives the same bytes.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from anyio import to_thread

from tools.kit.axis import Axis, axis_of
from tools.kit.chart import Chart, Colour, Marker, Panel, Series
from tools.kit.picture import Picture

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

TWICE: Final = 2
WIDTH: Final = 780
LEFT, RIGHT, EDGE = 74, 24, 24
TITLE, WORDS, SMALL = 19, 13, 12
PANEL, GAP, LABELS = 250, 46, 44
"""Height of a panel, the room above it for its caption, and that of the labels below the last."""
SHORT_PANEL: Final = 190
ROW, BAR = 27, 17
MOST_NUMBERS: Final = 26
"""Columns that have their totals above them."""
WHITE: Final[Colour] = (255, 255, 255)
INK: Final[Colour] = (28, 27, 25)
GREY: Final[Colour] = (98, 98, 104)
GRID: Final[Colour] = (226, 226, 230)
BASE: Final[Colour] = (150, 150, 156)


async def draw(chart: Chart) -> Picture:
    """Draw a chart, in a thread."""
    return await to_thread.run_sync(draw_now, chart)


def draw_now(chart: Chart) -> Picture:
    """Draw a chart.

    Raises:
        ValueError: for a word that the font cannot draw.
    """
    if foreign := [word for word in chart.words() if not word.isascii()]:
        raise ValueError(f"a chart has ASCII words only: {foreign[0]!r}")
    return Picture(_Canvas(chart).png(), "image/png")


class _Canvas:
    """A chart that is being drawn; coordinates are those in which it is meant to be seen."""

    def __init__(self, chart: Chart) -> None:
        from PIL import Image, ImageDraw, ImageFont  # no start pays for it

        self._font_of = ImageFont.load_default
        self._fonts: dict[int, FreeTypeFont] = {}
        self.chart = chart
        legend = list(self._legend_lines())
        top = 62 + 22 * len(legend)
        panel = PANEL if len(chart.panels) == 1 else SHORT_PANEL
        body = ROW * len(chart.labels) + 58 if chart.is_list else (panel + GAP) * len(chart.panels) + LABELS
        self.size = (WIDTH, top + body + 8)
        self.image = Image.new("RGB", (self.size[0] * TWICE, self.size[1] * TWICE), WHITE)
        self._draw: ImageDraw.ImageDraw = ImageDraw.Draw(self.image)
        self.text(EDGE, 18, chart.title, size=TITLE)
        self.text(EDGE, 43, chart.subtitle, size=SMALL, colour=GREY)
        for number, line in enumerate(legend):
            self._legend(line, 66 + 22 * number)
        if chart.is_list:
            self._rows(top)
            return
        for panel_number, one in enumerate(chart.panels):
            self._panel(one, top + panel_number * (panel + GAP), panel)
        self._labels(top + len(chart.panels) * (panel + GAP))

    def png(self) -> bytes:
        file = BytesIO()
        self.image.save(file, "PNG")  # `optimize` takes three times as long for 3 %
        return file.getvalue()

    def font(self, size: int) -> "FreeTypeFont":
        if size not in self._fonts:
            from PIL.ImageFont import FreeTypeFont

            font = self._font_of(size * TWICE)
            assert isinstance(font, FreeTypeFont), "wheels of Pillow have FreeType"  # noqa: S101 - narrows the type
            self._fonts[size] = font
        return self._fonts[size]

    def wide(self, text: str, size: int = WORDS) -> float:
        return self.font(size).getlength(text) / TWICE

    def text(
        self, x: float, y: float, text: str, *, size: int = WORDS, colour: Colour = INK, anchor: str = "la"
    ) -> None:
        self._draw.text((x * TWICE, y * TWICE), text, font=self.font(size), fill=colour, anchor=anchor)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a box; one of less than a pixel is still seen."""
        x, y = round(left * TWICE), round(top * TWICE)
        self._draw.rectangle((x, y, max(x, round(right * TWICE) - 1), max(y, round(bottom * TWICE) - 1)), fill=colour)

    def line(self, points: list[tuple[float, float]], colour: Colour, width: float) -> None:
        twice = [(x * TWICE, y * TWICE) for x, y in points]
        self._draw.line(twice, fill=colour, width=round(width * TWICE), joint="curve")

    def mark(self, x: float, y: float, series: Series, size: float = 4.0) -> None:
        """The marker of a series, with a white edge."""
        for reach, colour in ((size + 1.25, WHITE), (size, series.colour)):
            self._shape(series.marker, x * TWICE, y * TWICE, reach * TWICE, colour)

    def _shape(self, marker: Marker, x: float, y: float, reach: float, colour: Colour) -> None:
        if marker == "circle":
            self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
        elif marker == "square":
            side = reach * 0.88
            self._draw.rectangle((x - side, y - side, x + side, y + side), fill=colour)
        elif marker == "triangle":
            low, half = y + reach * 0.8, reach * 1.1
            self._draw.polygon([(x, y - reach * 1.2), (x + half, low), (x - half, low)], colour)
        else:
            tip = reach * 1.25
            self._draw.polygon([(x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)], colour)

    def _legend_lines(self) -> Iterator[list[Series]]:
        """The series of all panels, each once, in lines that fit."""
        line, room = list[Series](), 0.0
        every = {series.name: series for panel in self.chart.panels for series in panel.series}
        for series in every.values():
            needed = self.wide(series.name) + 40
            if line and room + needed > WIDTH - 2 * EDGE:
                yield line
                line, room = [], 0.0
            line.append(series)
            room += needed
        if line:
            yield line

    def _legend(self, line: list[Series], y: float) -> None:
        x: float = EDGE
        is_lines = any(panel.kind == "lines" for panel in self.chart.panels)
        for series in line:
            if is_lines:
                self.line([(x, y + 7), (x + 18, y + 7)], series.colour, 1.5)
                self.mark(x + 9, y + 7, series)
            else:
                self.box(x, y + 1, x + 13, y + 14, series.colour)
            self.text(x + (24 if is_lines else 19), y + 7.5, series.name, anchor="lm")
            x += self.wide(series.name) + 40

    def _x(self, place: int) -> float:
        """The middle of a label's place."""
        return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / max(1, len(self.chart.labels))

    def _panel(self, panel: Panel, top: float, height: float) -> None:
        """A panel below its caption, with its lines and numbers."""
        self.text(EDGE, top + 14, panel.caption, colour=GREY)
        top, bottom = top + GAP, top + GAP + height
        axis = axis_of(_heights(panel), panel.scale)

        def y(value: float) -> float:
            return bottom - axis.height(value) * height

        for value, number in axis.ticks:
            is_base = value == axis.ticks[0][0]
            self.box(LEFT, y(value) - 0.5, WIDTH - RIGHT, y(value) + 0.5, BASE if is_base else GRID)
            self.text(LEFT - 10, y(value), number, size=SMALL, colour=GREY, anchor="rm")
        if panel.kind == "layers":
            self._columns(panel, axis, bottom, height)
            return
        for series in panel.series:
            points = [(self._x(n), y(value)) for n, value in enumerate(series.values) if value is not None]
            if len(points) > 1:
                self.line(points, series.colour, 1.75)
        for series in panel.series:
            for n, value_there in enumerate(series.values):
                if value_there is not None:
                    self.mark(self._x(n), y(value_there), series, 4.0 if len(self.chart.labels) <= 60 else 2.5)

    def _columns(self, panel: Panel, axis: Axis, bottom: float, height: float) -> None:
        room = (WIDTH - LEFT - RIGHT) / max(1, len(self.chart.labels))
        half = min(room * 0.36, 26.0)
        for n in range(len(self.chart.labels)):
            x, low, total = self._x(n), bottom, 0.0
            for series in panel.series:
                total += series.values[n] or 0.0
                high = bottom - axis.height(total) * height
                if series.values[n]:
                    seam = 0.5 if low < bottom else 0.0
                    self.box(x - half, high, x + half, max(high + 0.5, low - seam), series.colour)
                low = high
            if total and len(self.chart.labels) <= MOST_NUMBERS:
                self.text(x, low - 4, f"{total:,.0f}", size=SMALL, colour=INK, anchor="ms")

    def _labels(self, top: float) -> None:
        """The labels, as many as have room: always the last, which is the newest."""
        labels = self.chart.labels
        room = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
        longest = max([self.wide(word, SMALL) for label in labels for word in (label.word, label.below)], default=0)
        every = max(1, -int(-(longest + 8) // room))
        for n, label in enumerate(labels):
            if (len(labels) - 1 - n) % every:
                continue
            self.text(self._x(n), top + 8, label.word, size=SMALL, anchor="ma")
            self.text(self._x(n), top + 24, label.below, size=SMALL, colour=GREY, anchor="ma")

    def _rows(self, top: float) -> None:
        """One bar for each label, from left to right."""
        (panel,) = self.chart.panels
        self.text(EDGE, top + 10, panel.caption, colour=GREY)
        top += 40
        numbers = EDGE + max([self.wide(label.word) for label in self.chart.labels], default=0)
        left = numbers + max([self.wide(label.below) for label in self.chart.labels], default=0) + 24
        axis = axis_of(_heights(panel), panel.scale)
        room = WIDTH - RIGHT - left - 34
        for n, label in enumerate(self.chart.labels):
            middle, total = top + ROW * n + ROW / 2, 0.0
            x: float = left
            self.text(numbers, middle, label.word, anchor="rm")
            self.text(numbers + 10, middle, label.below, colour=GREY, anchor="lm")
            for series in panel.series:
                total += series.values[n] or 0.0
                end = left + axis.height(total) * room
                if series.values[n]:
                    self.box(x + (0.5 if x > left else 0), middle - BAR / 2, end, middle + BAR / 2, series.colour)
                x = end
            self.text(x + 7, middle, f"{total:,.0f}", size=SMALL, anchor="lm")
        self.box(left - 1, top, left, top + ROW * len(self.chart.labels), BASE)


def _heights(panel: Panel) -> list[float]:
    """The values that the axis has to hold: of layers their sums."""
    if panel.kind == "lines":
        return [value for series in panel.series for value in series.values if value is not None]
    return [sum(value or 0.0 for value in values) for values in zip(*(s.values for s in panel.series), strict=True)]
