"""The wording of figures, times and strangers' text."""

from __future__ import annotations

import pytest

from agent.contract import Stage
from agent.report.words import count, duration, figures, percent, printable, rate, spoken, stage_name


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (48.2, "48 s"),
        (59.7, "1 min 00 s"),
        (185, "3 min 05 s"),
        (3725, "1 h 02 min"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


@pytest.mark.parametrize(("per_second", "expected"), [(4.21, "4.2/s"), (0.2, "12.0/min"), (0, "")])
def test_a_rate_takes_the_unit_that_reads_well(per_second: float, expected: str) -> None:
    assert rate(per_second) == expected


def test_counts_shares_and_words() -> None:
    assert count(1234567) == "1\u00a0234\u00a0567"
    assert percent(0.341) == "34.1\u00a0%"
    assert percent(-0.02, signed=True) == "-2.0\u00a0%"
    assert spoken("near_duplicate") == "near duplicate"


def test_every_stage_has_a_readable_name() -> None:
    names = [stage_name(stage) for stage in Stage]
    assert len(set(names)) == len(Stage)
    assert stage_name("") == ""


def test_figures_name_the_loss_first_and_stop_at_three() -> None:
    shown = figures({"step": 3, "tokens_per_s": 190.44, "backend": "cpu", "loss": 2.34567})
    assert shown == "loss 2.346 · 190.4 tokens/s · step 3"


def test_a_large_figure_is_written_out() -> None:
    assert figures({"tokens": 50_780}) == "tokens 50\u00a0780"


def test_control_characters_become_blanks_and_letters_of_all_scripts_stay() -> None:
    assert printable("a\x1b[2Jb\u202ec\x00") == "a [2Jb c "
    assert printable("Größe 量子\n\tΔ") == "Größe 量子\n\tΔ"
