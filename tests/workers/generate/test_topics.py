"""Which topic of the subject's map an example gets."""

from __future__ import annotations

from pathlib import Path

from agent.job.records import Example, Topic, TopicMap
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import Desk
from workers.generate.topics import topics_of

MAP = TopicMap(
    subject="quantum computing",
    topics=(
        Topic(name="quantum error correction", weight=0.5, phrases=("surface code", "stabilizer codes")),
        Topic(name="quantum annealing", weight=0.5, phrases=("Ising model", "QUBO")),
    ),
)
CODES = "A surface code spreads one logical qubit over a grid of physical ones, and stabilizer codes find errors."
ANNEALER = "Problems are written as QUBO matrices, and the annealer ends in a state of the Ising model of low energy."


def test_each_chunk_is_named_by_what_it_speaks_most_of() -> None:
    assert topics_of([chunk(CODES), chunk(ANNEALER)], MAP) == ["quantum error correction", "quantum annealing"]


def test_a_heading_says_what_code_below_it_is_about() -> None:
    bare = chunk("for (i, q) in enumerate(rows): print(i, q)")
    headed = bare.model_copy(update={"headings": ("Surface code", "Stabilizer codes")})
    assert topics_of([bare, headed], MAP) == ["", "quantum error correction"]


def test_a_chunk_about_something_else_speaks_of_no_topic() -> None:
    assert topics_of([chunk("Knead the dough, let it rest over night and bake it until the crust is brown.")], MAP) == [
        ""
    ]


def test_without_a_map_no_example_has_a_topic(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    examples = list(desk.generate(desk.curated([chunk(CODES)])).records("examples.jsonl", Example))
    assert examples and {example.topic for example in examples} == {""}


def test_the_map_that_curating_passed_on_names_the_examples(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    examples = list(desk.generate(desk.curated([chunk(CODES)], MAP)).records("examples.jsonl", Example))
    assert examples and {example.topic for example in examples} == {"quantum error correction"}
