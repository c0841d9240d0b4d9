"""Charts are drawn the same each time, on a white ground, in words that the font has."""

import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tools.kit.axis import WIDE, axis_of
from tools.kit.chart import OUTCOME_COLOURS, SEVERITY_COLOURS, Chart, Colour, Label, Panel, layers, line_series
from tools.kit.drawing import GREY, INK, draw_now
from tools.kit.scaling import SIDE


def columns(count: int = 12, *, is_list: bool = False) -> Chart:
    values: dict[str, list[float | None]] = {
        name: [float((n * 7 + k) % 5) or None for n in range(count)] for k, name in enumerate(SEVERITY_COLOURS)
    }
    panel = Panel("bugs", "layers", "count", layers(values, SEVERITY_COLOURS))
    labels = tuple(Label(f"W{n}", f"Apr {n}") for n in range(count))
    return Chart("Bugs by severity", "by week", labels, (panel,), is_list=is_list)


def lines(count: int = 20) -> Chart:
    rates: dict[str, list[float | None]] = {"a": [100.0 - n if n % 2 else None for n in range(count)]}
    rates["b"] = [50.0 + n % 9 if not n % 2 else None for n in range(count)]
    times: dict[str, list[float | None]] = {"a": [n * 9000.0 if n % 2 else None for n in range(count)]}
    times["b"] = [n + 3.0 if not n % 2 else None for n in range(count)]
    panels = (
        Panel("rate", "lines", "percent", line_series(["a", "b"], rates)),
        Panel("time", "lines", "seconds", line_series(["a", "b"], times)),
    )
    return Chart("Runs", "by run", tuple(Label(str(n + 1)) for n in range(count)), panels)


CHARTS = [columns(), columns(is_list=True), lines(), columns(1), lines(1), columns(0), columns(120), lines(200)]


def decoded(chart: Chart) -> Image.Image:
    image = Image.open(BytesIO(draw_now(chart).data))
    image.load()
    return image


def luminance(colour: Colour) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_stands_on_white_and_is_no_larger_than_what_models_look_at(chart: Chart) -> None:
    image = decoded(chart)
    assert (image.format, image.mode) == ("PNG", "RGB"), "opaque, and no palette, which would tint the words"
    assert max(image.size) <= SIDE or chart.is_list
    for corner in ((0, 0), (image.width - 1, 0), (0, image.height - 1), (image.width - 1, image.height - 1)):
        assert image.getpixel(corner) == (255, 255, 255)
    colours = image.getcolors(maxcolors=2**20)
    assert colours is not None
    assert max(colours)[1] == (255, 255, 255)
    assert len(colours) > 5


def test_every_layer_is_seen() -> None:
    for chart, colours in ((columns(), SEVERITY_COLOURS), (columns(is_list=True), SEVERITY_COLOURS)):
        found = {colour for _, colour in decoded(chart).getcolors(maxcolors=2**20) or []}
        assert found >= set(colours.values())


def test_words_have_contrast_and_severities_differ_without_colour() -> None:
    for colour in (INK, GREY):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5
    for colours in (SEVERITY_COLOURS, OUTCOME_COLOURS):
        steps = [luminance(colour) for colour in colours.values()]
        assert all(abs(one - other) > 0.05 for one, other in pairwise(steps))


def test_the_same_chart_gives_the_same_bytes_in_every_process() -> None:
    first = draw_now(lines())
    program = (
        "from tests.tools.kit.test_drawing import draw_now, lines; from hashlib import sha256;"
        "print(sha256(draw_now(lines()).data).hexdigest())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout.strip() == sha256(first.data).hexdigest(), ran.stderr


@pytest.mark.parametrize("word", ["Prüfung", "Тест", "a\u2026", "iPhone\u00a014"])
def test_a_word_that_the_font_does_not_have_is_never_drawn(word: str) -> None:
    for chart in (
        Chart(word, "", (), ()),
        Chart("", word, (), ()),
        Chart("", "", (Label(word),), ()),
        Chart("", "", (Label("", word),), ()),
        Chart("", "", (), (Panel(word, "lines", "count", ()),)),
        Chart("", "", (), (Panel("", "lines", "count", line_series([word], {word: []})),)),
    ):
        with pytest.raises(ValueError, match="ASCII words only"):
            draw_now(chart)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20), st.sampled_from(["count", "seconds"]))
def test_an_axis_holds_all_its_values_on_few_lines(values: list[float], scale: str) -> None:
    axis = axis_of(values, "count" if scale == "count" else "seconds")
    heights = [axis.height(value) for value in values]
    assert all(0 <= height <= 1 for height in heights)
    assert [value for _, value in sorted(zip(values, heights, strict=True))] == sorted(heights)
    ticks = [tick for tick, _ in axis.ticks]
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 10
    assert len({number for _, number in axis.ticks}) == len(ticks)
    if scale == "count":
        assert ticks[-1] >= max(values) * 0.999
        assert all("." not in number for _, number in axis.ticks), "there is no half of a bug"


def test_times_of_several_magnitudes_are_shown_by_magnitude() -> None:
    assert [number for _, number in axis_of([30.0, 4000.0, 200_000.0], "seconds").ticks] == [
        *("10 s", "1 min", "10 min", "1 h", "6 h", "1 d", "1 week")
    ]
    narrow = axis_of([300.0, 300.0 * WIDE], "seconds")
    assert [number for _, number in narrow.ticks] == ["0 h", "1 h", "2 h", "3 h", "4 h"]
