"""Dashboard and alerts name metrics and labels that the bot has."""

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.telemetry import metrics
from tests.support.deploy_tools import ROOT, check_with, find_tool

ALERTS = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yaml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
BOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana.json").read_text("utf-8"))
PANELS: list[dict[str, Any]] = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
# Suffixes of the samples of one metric.
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",), "gauge": ("",)}
# Prometheus adds these to every sample.
TARGET_LABELS = {"job", "instance"}
INTERVALS = {"$__rate_interval": "5m", "$instance": ".*"}


@cache
def labels_by_sample() -> dict[str, set[str]]:
    """Return the labels of every sample that /metrics can show."""
    found: dict[str, set[str]] = {}
    for collector in metrics._registry._collector_to_names:
        (description,) = collector.describe()  # type: ignore[attr-defined] # every metric describes itself
        names: tuple[str, ...] = collector._labelnames  # type: ignore[attr-defined] # it has no public name
        labels = {*names} | ({"version", "commit"} if description.type == "info" else set())
        for suffix in SUFFIXES[description.type]:
            found[description.name + suffix] = labels | ({"le"} if suffix == "_bucket" else set())
    return found


def board_expressions() -> Iterator[str]:
    for panel in PANELS:
        for target in panel["targets"]:
            expression = target["expr"]
            for variable, value in INTERVALS.items():
                expression = expression.replace(variable, value)
            yield expression


EXPRESSIONS = [*(rule["expr"] for rule in ALERTS), *board_expressions()]


def problems(expression: str) -> list[str]:
    """Return the metrics and labels of a PromQL expression that the bot does not have."""
    names = set(re.findall(r"\bcastroom_\w+", expression))
    unknown = [name for name in names if name not in labels_by_sample()]
    labels = {label for name in names for label in labels_by_sample().get(name, ())} | TARGET_LABELS
    grouped = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", expression) for label in group.split(",")}
    matched = set(re.findall(r"[{,]\s*(\w+)\s*(?:=|!)", expression))
    return [*unknown, *sorted((grouped | matched) - labels)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_names_metrics_and_labels_of_the_bot(expression: str) -> None:
    assert re.search(r"\b(castroom_|up\b)", expression)
    assert problems(expression) == []


@pytest.mark.parametrize(
    "expression",
    [
        "max(castroom_gone)",
        "sum by (person) (castroom_jobs)",
        'castroom_jobs{person="U1"}',
        "rate(castroom_redraws[5m])",
    ],
)
def test_an_unknown_metric_or_label_is_found(expression: str) -> None:
    assert problems(expression)


def test_the_board_shows_every_metric() -> None:
    shown = " ".join(board_expressions())
    metric_names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in labels_by_sample()}
    assert {name for name in metric_names if name not in shown} == {"castroom_socket_age_seconds"}


def test_prometheus_accepts_every_expression_of_the_board(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": expression} for number, expression in enumerate(board_expressions())]
    path = tmp_path / "board.yaml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}), "utf-8")
    assert f"{len(rules)} rules found" in check_with("promtool", "check", "rules", str(path))


def test_prometheus_accepts_the_alerts_and_each_fires_for_its_cause(tmp_path: Path) -> None:
    check_with("promtool", "check", "rules", "deploy/alerts.yaml")
    for file in (ROOT / "deploy" / "alerts.yaml", Path(__file__).with_name("alerts_test.yaml")):
        shutil.copy(file, tmp_path)
    check_with("promtool", "test", "rules", str(tmp_path / "alerts_test.yaml"))


def test_every_alert_is_tested_to_fire() -> None:
    tests = Path(__file__).with_name("alerts_test.yaml").read_text("utf-8")
    assert [rule["alert"] for rule in ALERTS if f'alertname="{rule["alert"]}"' not in tests] == []


def test_every_alert_has_a_section_in_the_handbook() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    headings = {line.removeprefix("### ") for line in page.splitlines() if line.startswith("### Castroom")}
    assert headings == {rule["alert"] for rule in ALERTS}
    for rule in ALERTS:
        assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"


def test_prometheus_finds_no_mistake_in_the_metrics(tmp_path: Path) -> None:
    shown = metrics.render().decode()
    (tmp_path / "metrics").write_text(shown, "utf-8")
    check_with("sh", "-c", f"{find_tool('promtool')} check metrics < {tmp_path / 'metrics'}")


def test_panels_have_a_title_a_description_and_a_place_of_their_own() -> None:
    places: set[tuple[int, int]] = set()
    for panel in PANELS:
        assert panel["title"]
        assert panel["description"].endswith(".")
        box = panel["gridPos"]
        cells = {(x, y) for x in range(box["x"], box["x"] + box["w"]) for y in range(box["y"], box["y"] + box["h"])}
        assert not cells & places
        places |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
