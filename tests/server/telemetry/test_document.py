"""docs/telemetry.md names the metrics that there are, and its alerts look at these."""

import re

import yaml  # type: ignore[import-untyped]

from server.observing import OUTCOMES, REASONS
from server.telemetry.instruments import METRICS, Metric
from tests.server.telemetry.watched import collecting
from tests.starts import ROOT

PAGE = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")


def exposed(metric: Metric) -> str:
    """The name of a metric on the page for Prometheus."""
    return f"{metric.name}_total" if metric.kind == "counter" else metric.name


def row(metric: Metric) -> str:
    labels = f" {', '.join(metric.labels)}" if metric.labels else ""
    return f"| `{exposed(metric)}` | {metric.kind} |{labels} | {metric.meaning} |"


def test_every_metric_is_documented_as_it_is() -> None:
    table = PAGE.partition("<!-- begin metrics -->\n")[2].partition("<!-- end metrics -->")[0]
    assert table.splitlines()[2:] == [row(metric) for metric in METRICS]
    telemetry, _ = collecting()
    assert telemetry.page is not None
    page = telemetry.page().decode()
    assert not [metric for metric in METRICS if f"# TYPE {exposed(metric)} {metric.kind}\n" not in page]


def test_the_words_of_labels_are_documented() -> None:
    assert not [word for word in (*OUTCOMES, *REASONS) if f"`{word}`" not in PAGE]


def test_alerts_look_at_metrics_and_labels_that_exist() -> None:
    scrape, alerts = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    assert scrape["scrape_configs"][0]["static_configs"][0]["targets"] == ["127.0.0.1:9464"]
    rules = alerts["groups"][0]["rules"]
    assert len(rules) == 3
    known = {exposed(metric): metric for metric in METRICS}
    for rule in rules:
        used = re.findall(r"\b(testdesk_\w+)(?:\{(\w+)!?=\"(\w+)\"\})?", rule["expr"])
        assert used, rule
        for name, label, word in used:
            assert not label or label in known[name].labels
            assert word in {"", "unknown", *REASONS}
