"""``finetune data`` on a real server, for a job whose examples were really made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.ledger.redis import RedisLedger
from tests.agent.cli.conftest import Finetune
from tests.agent.dataset.made import FACTS, made_job
from tests.workers.generate.desk import JOB


@pytest.fixture
def built(on_server: Finetune, redis_url: str, tmp_path: Path) -> Finetune:
    """Runs ``finetune data`` on a job whose dataset is built."""
    made_job(tmp_path, RedisLedger(redis_url))
    return lambda *words: on_server("data", JOB, *words)


def test_the_counts_and_the_forecast_are_shown(built: Finetune) -> None:
    shown = built().stdout
    assert shown.startswith(f"{JOB}: ") and "factual" in shown and "Bell pairs" in shown
    assert "1 duplicate" in shown and "Too few steps" in shown


def test_counts_for_machines(built: Finetune) -> None:
    told = json.loads(built("--json").stdout)
    assert told["rows"] == sum(told["splits"].values()) == sum(sum(each.values()) for each in told["kinds"].values())
    assert told["forecast"]["outlook"] == "too_little" and told["alerts"] == []


def test_rows_by_chance_and_by_words(built: Finetune) -> None:
    (row,) = built("--sample", "1", "--kind", "analytical", "--split", "train", "--json").stdout.splitlines()
    assert json.loads(row)["turns"][1] == ["assistant", FACTS[2]]
    assert FACTS[1] in " ".join(built("--search", "bell pair maximally", "--kind", "factual").stdout.split())
    assert "No row fits." in built("--search", "sourdough").stdout


def test_a_row_is_explained_from_the_beginning_of_its_id(built: Finetune) -> None:
    row = json.loads(built("--search", "bell pair", "--kind", "factual", "--split", "train", "--json").stdout)
    shown = " ".join(built("--explain", row["id"][:8]).stdout.split())
    for part in (FACTS[1], "exact match", "stands in a paragraph", "About d1", "http://example.org/d1", "CC-BY-4.0"):
        assert part in shown, part
    told = json.loads(built("--explain", row["id"], "--json").stdout)
    assert told["supports"][0]["document"]["title"] == "About d1"


def test_what_was_refused_is_shown_with_its_reason(built: Finetune) -> None:
    assert built("--rejected").stdout.startswith("duplicate  Build dataset")
    assert json.loads(built("--rejected", "duplicate", "--json").stdout)["reason"] == "duplicate"


def test_the_dataset_is_written_for_other_tools(built: Finetune, tmp_path: Path) -> None:
    written = built("--export", "alpaca", "--output", str(tmp_path / "out")).stdout.splitlines()
    assert str(tmp_path / "out" / "README.md") in written
    again = built("--export", "alpaca", "--output", str(tmp_path / "out"))
    assert again.exit_code == 2 and "is not empty" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--explain", "nope"), "No example of job job-1 has an id that begins with 'nope'"),
        (("--rejected", "nice"), "The reasons are: duplicate"),
        (("--sample", "1", "--kind", "nice"), "the kinds are factual"),
        (("--export", "nice", "--output", "x"), "the formats are chat"),
        (("--export", "chat"), "--export FORMAT and --output DIR go together"),
        (("--sample", "1", "--search", "x"), "give one of them"),
        (("--rejected", "--kind", "plain", "--split", "test"), "--split and --kind narrow what --sample"),
        (("--search", " "), "--search needs a word"),
        (("--export", "chat", "--output", "/dev/null/x"), "cannot be written"),
    ],
)
def test_a_wrong_word_is_told_with_what_to_write(built: Finetune, words: tuple[str, ...], said: str) -> None:
    wrong = built(*words)
    assert wrong.exit_code == 2 and said in wrong.stderr


def test_an_unknown_job_is_named(on_server: Finetune) -> None:
    unknown = on_server("data", "nope")
    assert unknown.exit_code == 2 and "nope" in unknown.stderr


def test_examples_are_shown_while_they_are_made(on_server: Finetune, redis_url: str, tmp_path: Path) -> None:
    made_job(tmp_path, RedisLedger(redis_url), until=Stage.GENERATE)
    assert "The examples of 1 of 1 parts" in on_server("data", JOB).stdout
    assert "Too few steps" not in on_server("status", JOB).stdout


def test_status_tells_the_forecast_before_training(built: Finetune, on_server: Finetune) -> None:
    assert "Forecast: Too few steps" in on_server("status", JOB).stdout
    told = on_server("status", JOB, "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["forecast"]["outlook"] == "too_little"
