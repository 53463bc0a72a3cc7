"""Which artifacts a lost ledger is rebuilt from, case by case."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from agent.contract import Stage
from agent.errors import ArtifactCorrupt
from agent.job.artifacts import Manifest, UnitPlan
from agent.restore import choose
from agent.restore.choose import STALE, SUPERSEDED
from agent.store import artifact_path
from tests.agent.restore.fake_job import JOB_ID, PLAN

Shelf = dict[str, Manifest]


def at(stage: str, attempt: str, shard: str = "0") -> str:
    return artifact_path(JOB_ID, stage, shard, attempt)


def made(
    shelf: Shelf,
    stage: str,
    attempt: str,
    shard: str = "0",
    *,
    inputs: Sequence[str] = (),
    names: Sequence[tuple[str, str]] = (),
    minute: int = 0,
) -> str:
    """Put an artifact on the shelf; ``names`` are its successors, which read it."""
    path = at(stage, attempt, shard)
    shelf[path] = Manifest(
        job_id=JOB_ID,
        stage=stage,
        shard=shard,
        attempt=attempt,
        producer="test",
        config_sha256="",
        inputs=tuple(inputs),
        files={},
        successors=tuple(UnitPlan(stage=each, shard=name, inputs=(path,)) for each, name in names),
        finished_at=f"2026-01-01T00:{minute:02d}:00+00:00",
    )
    return path


def chain(shelf: Shelf, attempt: str, up_to: str, minute: int = 0, shards: Sequence[str] = ("0000", "0001")) -> str:
    """All artifacts of one undisturbed run up to a stage; the path of the last."""
    last = list(Stage).index(Stage(up_to))
    found = made(shelf, "discover", attempt, names=[("retrieve", shard) for shard in shards], minute=minute)
    parsed = []
    for shard in shards if last >= 1 else ():
        found_last = made(shelf, "retrieve", attempt, shard, inputs=[found], names=[("parse", shard)], minute=minute)
        if last >= 2:
            found_last = made(shelf, "parse", attempt, shard, inputs=[found_last], minute=minute)
            parsed.append(found_last)
    if last >= 3:
        found = made(shelf, "curate", attempt, inputs=[found, *parsed], names=[("generate", "0000")], minute=minute)
    return found


def test_nothing_gives_nothing() -> None:
    assert choose(PLAN, {}).done == {}


def test_of_two_attempts_with_nothing_made_from_them_the_newest_is_taken() -> None:
    shelf: Shelf = {}
    made(shelf, "discover", "e1-b", minute=1)
    newest = made(shelf, "discover", "e1-a", minute=2)
    choice = choose(PLAN, shelf)
    assert choice.done == {(Stage.DISCOVER, "0"): newest}
    assert choice.ignored == {at("discover", "e1-b"): SUPERSEDED}


def test_an_attempt_that_later_artifacts_were_made_from_is_preferred_to_a_newer_one() -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "parse")
    chain(shelf, "e1-b", "discover", minute=9)
    assert choose(PLAN, shelf).done[Stage.DISCOVER, "0"] == at("discover", "e1-a")


def test_the_furthest_chain_is_taken_whole_and_attempts_of_two_chains_are_never_mixed() -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "curate", minute=1)
    chain(shelf, "e1-b", "parse", minute=5)
    choice = choose(PLAN, shelf)
    assert {path.rsplit("-", 1)[1] for path in choice.done.values()} == {"a"}
    assert set(choice.ignored.values()) == {SUPERSEDED}


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("discover", []),
        ("retrieve", ["discover", "parse", "retrieve"]),
        ("parse", ["discover", "parse", "retrieve", "retrieve"]),
        ("curate", ["discover", "parse", "parse", "retrieve", "retrieve"]),
    ],
)
def test_what_was_made_from_a_lost_artifact_is_stale(gone: str, left: list[str]) -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "curate")
    made(shelf, "generate", "e1-a", "0000", inputs=[at("curate", "e1-a")])
    del shelf[at(gone, "e1-a", "0000" if gone in ("retrieve", "parse") else "0")]
    choice = choose(PLAN, shelf)
    assert sorted(stage for stage, _ in choice.done) == left
    assert set(choice.ignored.values()) == {STALE}
    assert choice.set_aside == ()


def test_a_unit_that_its_predecessor_does_not_name_is_not_taken() -> None:
    shelf: Shelf = {}
    found = chain(shelf, "e1-a", "discover", shards=["0000"])
    stranger = made(shelf, "retrieve", "e1-a", "0007", inputs=[found])
    assert choose(PLAN, shelf).ignored == {stranger: STALE}


def test_units_without_which_a_join_was_made_were_given_up() -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "parse", shards=["0000", "0001", "0002", "0003"])
    for lost in (at("parse", "e1-a", "0001"), at("retrieve", "e1-a", "0002"), at("parse", "e1-a", "0002")):
        del shelf[lost]
    read = [at("discover", "e1-a"), *(at("parse", "e1-a", shard) for shard in ("0000", "0003"))]
    made(shelf, "curate", "e1-a", inputs=read)
    choice = choose(PLAN, shelf)
    assert choice.done[Stage.CURATE, "0"] == at("curate", "e1-a")
    assert choice.set_aside == ((Stage.RETRIEVE, "0002"), (Stage.PARSE, "0001"))


def test_a_join_that_read_nothing_or_something_else_is_not_taken() -> None:
    shelf: Shelf = {}
    found = chain(shelf, "e1-a", "parse")
    empty = made(shelf, "curate", "e1-a")
    astray = made(shelf, "curate", "e1-b", inputs=[found, at("retrieve", "e1-a", "0000")])
    assert choose(PLAN, shelf).ignored == {empty: STALE, astray: STALE}


def test_a_dataset_that_did_not_read_the_curated_documents_is_not_taken() -> None:
    shelf: Shelf = {}
    curated = chain(shelf, "e1-a", "curate")
    generated = made(shelf, "generate", "e1-a", "0000", inputs=[curated])
    partial = made(shelf, "assemble", "e1-a", inputs=[generated], minute=5)
    whole = made(shelf, "assemble", "e1-b", inputs=[curated, generated])
    choice = choose(PLAN, shelf)
    assert choice.done[Stage.ASSEMBLE, "0"] == whole
    assert choice.ignored == {partial: SUPERSEDED}


def test_an_artifact_that_does_not_fit_for_one_reader_may_fit_for_another() -> None:
    """A curation mixes two discoveries and fits nothing; what it read is not blamed for that."""
    shelf: Shelf = {}
    chain(shelf, "e1-a", "parse", minute=1)
    chain(shelf, "e1-b", "parse", minute=2)
    mixed = made(shelf, "curate", "e1-c", inputs=[
        at("discover", "e1-a"), at("parse", "e1-a", "0000"), at("parse", "e1-b", "0001"),
    ])  # fmt: skip
    choice = choose(PLAN, shelf)
    assert choice.ignored[mixed] == STALE
    assert {path.rsplit("-", 1)[1] for path in choice.done.values()} == {"b"}
    assert len(choice.done) == 5


def test_units_that_a_unit_of_their_own_stage_created_are_taken_with_it() -> None:
    shelf: Shelf = {}
    found = made(shelf, "discover", "e1-a", names=[("retrieve", "0000")])
    fetched = made(shelf, "retrieve", "e1-a", "0000", inputs=[found], names=[("parse", "0000")])
    divided = made(shelf, "parse", "e1-a", "0000", inputs=[fetched], names=[("parse", "0000-book-1")])
    part = made(shelf, "parse", "e1-a", "0000-book-1", inputs=[divided])
    stranger = made(shelf, "parse", "e1-a", "0000-book-2", inputs=[divided])
    choice = choose(PLAN, shelf)
    assert list(choice.done.values()) == [found, fetched, divided, part]
    assert choice.ignored == {stranger: STALE}


def test_an_artifact_that_names_a_later_one_among_its_inputs_is_not_taken() -> None:
    shelf: Shelf = {}
    backwards = made(shelf, "retrieve", "e1-a", "0000", inputs=[at("parse", "e1-a", "0000")])
    made(shelf, "parse", "e1-a", "0000", inputs=[backwards], names=[("retrieve", "0000")])
    assert choose(PLAN, shelf).done == {}


def test_what_a_ledger_holds_already_is_taken_before_all_else() -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "curate")
    held = chain(shelf, "e1-b", "discover")
    assert choose(PLAN, shelf, [held]).done == {(Stage.DISCOVER, "0"): held}


def test_a_ledger_that_holds_what_the_store_lost_is_told_so() -> None:
    with pytest.raises(ArtifactCorrupt, match="has no complete artifact there"):
        choose(PLAN, {}, [at("discover", "e1-a")])


def test_units_come_in_the_order_in_which_they_follow_from_each_other() -> None:
    shelf: Shelf = {}
    chain(shelf, "e1-a", "curate")
    stages = [stage for stage, _ in choose(PLAN, shelf).done]
    assert stages == sorted(stages, key=list(Stage).index)
