"""What is said of a job's examples while it runs, in lines and for machines."""

from __future__ import annotations

import io
import json

from agent.cli.displays.jsonl import JsonDisplay
from agent.cli.displays.lines import LineDisplay
from agent.job.events import DataAlert, DataForecast

ALERT = DataAlert(
    "refused", "60% of the proposals were refused, most as\x1b[31m refusal (9)", "see why: finetune data j1"
)
FORECAST = DataForecast("too_little", ("Too few steps (4 optimizer steps).", "2 of 9 topics have no row."))


def test_an_alert_is_one_line_with_its_figure_and_what_to_do() -> None:
    out = io.StringIO()
    LineDisplay(out).show(ALERT)
    (line,) = out.getvalue().splitlines()
    assert line.endswith(
        "Examples: 60% of the proposals were refused, most as [31m refusal (9); see why: finetune data j1."
    )


def test_the_forecast_is_told_whole() -> None:
    out = io.StringIO()
    LineDisplay(out).show(FORECAST)
    assert out.getvalue().endswith("Forecast: Too few steps (4 optimizer steps). 2 of 9 topics have no row.\n")


def test_machines_get_both_as_objects() -> None:
    out = io.StringIO()
    for event in (ALERT, FORECAST):
        JsonDisplay(out).show(event)
    alert, forecast = map(json.loads, out.getvalue().splitlines())
    assert alert["event"] == "alert" and alert["name"] == "refused" and alert["advice"].startswith("see why")
    assert forecast == {"event": "forecast", "outlook": "too_little", "sentences": list(FORECAST.sentences)}
