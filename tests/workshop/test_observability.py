"""Dashboard and alert rules ask for figures that exist, by labels that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from broker.metrics.catalogue import CATALOGUE
from tests.workshop.workshop_files import ROOT

FOLDER = ROOT / "deploy/observability"
ENDINGS = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
SERIES = {metric.name + ending: metric for metric in CATALOGUE for ending in ENDINGS[metric.kind]}
# What Prometheus adds to every series.
ALWAYS = {"le", "instance"}
SEVERITIES = {"page", "ticket", "info"}


def rules() -> list[dict[str, Any]]:
    """Every alert rule."""
    document = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard that shows figures."""
    board = json.loads((FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Where each question to Prometheus stands, and the question."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_expression_asks_for_figures_that_exist(where: str, expression: str) -> None:
    """A name that nobody counts under gives an empty panel, or an alarm that never rings."""
    named = re.findall(r"voordeur_\w+", expression)
    assert named or "up{" in expression, where
    for name in named:
        assert name in SERIES, f"{where}: {name}"
    known = {label for name in named for label in SERIES[name].labels} | ALWAYS
    for name, labels in re.findall(r"(voordeur_\w+)\{([^}]*)\}", expression):
        asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels))
        assert asked <= set(SERIES[name].labels) | ALWAYS, f"{where}: {name} has no {asked}"
    for labels in re.findall(r"\bby \(([^)]*)\)", expression):
        assert {label.strip() for label in labels.split(",")} <= known, where


def test_every_figure_is_shown_somewhere() -> None:
    """What nobody looks at need not be counted."""
    asked = " ".join(expression for _, expression in expressions())
    assert [metric.name for metric in CATALOGUE if metric.name not in asked] == []


def test_alerts_say_what_to_do() -> None:
    """An alarm without advice wakes somebody for nothing."""
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in SEVERITIES
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"].endswith((".", "?"))


def test_certificates_warn_at_90_30_and_7_days() -> None:
    """The same calendar as the doctor's."""
    limits = {
        int(found)
        for rule in rules()
        if "certificate" in rule["expr"]
        for found in re.findall(r"<= (\d+)", rule["expr"])
    }
    assert limits == {90, 30, 7}
