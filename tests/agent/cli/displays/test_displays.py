"""The three displays, fed with events by hand."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from rich.console import Console

from agent.cli.displays.jsonl import JsonDisplay
from agent.cli.displays.lines import LineDisplay
from agent.cli.displays.live import LiveDisplay
from agent.contract import Stage
from agent.job.events import JobEvent, ProgressChanged, StateChanged, UnitNotice
from agent.job.progress import StageProgress
from agent.job.states import JobState

PARSING = StageProgress(
    stage=Stage.PARSE,
    noun="documents",
    done=12,
    total=40,
    kept=9,
    rejected=2,
    failed=1,
    units_done=1,
    units=4,
    running=2,
    rate_per_s=1.5,
    elapsed_s=8.0,
    eta_s=19.0,
    state="running",
)
TRAINING = replace(
    PARSING,
    stage=Stage.TRAIN,
    noun="steps",
    done=5,
    total=60,
    rejected=0,
    failed=0,
    rate_per_s=0.2,
    figures={"tokens_per_s": 190.4, "learning_rate": 5e-4, "eval_loss": 2.5, "loss": 2.3456},
)
RETRY = UnitNotice("retry", "parse", "0002", "OSError: \x1b[31mdisk")


class _Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def _lines(out: io.StringIO) -> list[str]:
    return [line.split("  ", 1)[1] for line in out.getvalue().splitlines()]


def test_a_line_says_stage_counts_losses_rate_and_time_left() -> None:
    out = io.StringIO()
    LineDisplay(out).show(ProgressChanged(PARSING, 190.0))
    assert _lines(out) == [
        "Read documents    12/40 documents  2 rejected, 1 failed  1.5/s  about 3 min 10 s left in all"
    ]


def test_training_shows_the_loss_first() -> None:
    out = io.StringIO()
    LineDisplay(out).show(ProgressChanged(TRAINING, None))
    assert _lines(out)[0].endswith("5/60 steps  12.0/min  loss 2.346 · eval loss 2.5 · 190.4 tokens/s")


def test_a_stage_speaks_every_five_seconds_and_at_its_end() -> None:
    out, clock = io.StringIO(), _Clock()
    display = LineDisplay(out, clock)
    for second, done in enumerate(range(12)):
        clock.now = 100.0 + second
        display.show(ProgressChanged(replace(PARSING, done=done), None))
    last = replace(PARSING, done=40, state="done")
    display.show(ProgressChanged(last, None))
    display.show(ProgressChanged(last, None))
    assert [line.split()[2].split("/")[0] for line in _lines(out)] == ["0", "5", "10", "40"]


def test_stages_do_not_silence_each_other() -> None:
    out = io.StringIO()
    display = LineDisplay(out, _Clock())
    display.show(ProgressChanged(PARSING, None))
    display.show(ProgressChanged(TRAINING, None))
    assert len(_lines(out)) == 2


def test_why_a_job_failed_does_not_steer_the_terminal() -> None:
    out = io.StringIO()
    LineDisplay(out).show(StateChanged(JobState.FAILED, "closed by Disallow: /\x1b]0;owned\x07"))
    assert _lines(out) == ["failed, closed by Disallow: / ]0;owned "]


def test_states_notices_and_hints_are_lines_without_control_characters() -> None:
    out = io.StringIO()
    display = LineDisplay(out)
    display.show(StateChanged(JobState.WAITING_FOR_ACCELERATOR, "no live worker serves train.any.8g"))
    display.show(RETRY)
    display.hint("No worker serves queue crawl.")
    display.hint("")
    assert _lines(out) == [
        "waiting for accelerator, no live worker serves train.any.8g",
        "Read documents, part 0002: will be tried again (OSError:  [31mdisk)",
        "No worker serves queue crawl.",
    ]


def test_json_is_one_object_an_event() -> None:
    out = io.StringIO()
    events: list[JobEvent] = [StateChanged(JobState.PARSING), ProgressChanged(PARSING, 12.5), RETRY]
    with JsonDisplay(out) as display:
        for event in events:
            display.show(event)
        display.hint("No worker.")
    state, progress, notice, waiting = map(json.loads, out.getvalue().splitlines())
    assert state == {"event": "state", "state": "parsing", "reason": ""}
    assert (progress["event"], progress["stage"], progress["done"], progress["total"]) == (
        "progress",
        "parse",
        12,
        40,
    )
    assert progress["job_eta_s"] == 12.5
    assert notice["kind"] == "retry"
    assert waiting == {"event": "waiting", "text": "No worker."}


def test_the_live_table_has_a_line_a_stage_and_one_estimate_for_the_job() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, height=25, color_system=None, _environ={"TERM": "xterm"})
    with LiveDisplay(console) as display:
        display.show(StateChanged(JobState.TRAINING))
        display.show(ProgressChanged(replace(PARSING, state="done", done=40), 200.0))
        display.show(ProgressChanged(TRAINING, 190.0))
        display.show(RETRY)
    picture = out.getvalue().rsplit("\x1b[2K", 1)[-1].splitlines()
    shown = "\n".join(picture)
    assert "✓ Read documents" in shown
    assert "40/40 documents" in shown
    assert "▸ Train" in shown
    assert "loss 2.3" in shown
    assert shown.count("left") == 1
    assert "training, about 3 min 10 s left" in shown
    assert "will be tried again" in out.getvalue()


def test_a_log_is_told_a_new_hint_but_not_each_new_second_of_an_old_one() -> None:
    hints = [
        "Part 0003, is tried again in 12 s.",
        "Part 0003, is tried again in 1 min 02 s.",
        "No worker.",
        "",
        "No worker.",
    ]
    out, as_json = io.StringIO(), io.StringIO()
    lines, objects = LineDisplay(out), JsonDisplay(as_json)
    for sentence in hints:
        lines.hint(sentence)
        objects.hint(sentence)
    told = [hints[0], "No worker.", "No worker."]
    assert _lines(out) == told
    assert [json.loads(line)["text"] for line in as_json.getvalue().splitlines()] == told
    lines.hint("Part 0004, is tried again in 12 s.")
    assert len(_lines(out)) == 4
