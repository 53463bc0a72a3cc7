"""Ledger contract: what follows from a unit is created in the step that settles it."""

from __future__ import annotations

from agent.contract import Stage
from agent.ledger.contract import Ledger, UnitId
from tests.contracts.jobs import LONG_S, finish, follow, output_of, spread, submit, take

CURATE = UnitId("job", "curate", "0")
ASSEMBLE = UnitId("job", "assemble", "0")
FOUND = output_of(UnitId("job", "discover", "0"))
"""Curating reads what discovery found before all that was parsed."""


def absent(ledger: Ledger, unit: UnitId) -> bool:
    return ledger.claim(unit, "probe", LONG_S) == "unknown"


def test_successors_are_there_with_the_commit_that_names_them(ledger: Ledger) -> None:
    finish(ledger, submit(ledger), *follow("retrieve", "0000", "0001"))
    for shard in ("0000", "0001"):
        take(ledger, UnitId("job", "retrieve", shard))


def test_a_successor_that_two_units_name_is_created_once_and_not_begun_anew(ledger: Ledger) -> None:
    first, second = spread(ledger, 2)
    finish(ledger, first, *follow("parse", "shared", items=7))
    shared = UnitId("job", "parse", "shared")
    finish(ledger, shared)
    finish(ledger, second, *follow("parse", "shared", items=7))
    assert ledger.claim(shared, "me", LONG_S) == "done"
    parse = ledger.view("job").stages[Stage.PARSE]
    assert (parse.units, parse.items) == (1, 7)


def test_a_join_waits_for_every_stage_upstream(ledger: Ledger) -> None:
    first, second = spread(ledger, 2)
    finish(ledger, first, *follow("parse", "0000"))
    finish(ledger, UnitId("job", "parse", "0000"))
    assert absent(ledger, CURATE), "a shard is still to be retrieved, although nothing is to be parsed"
    finish(ledger, second, *follow("parse", "0001"))
    assert absent(ledger, CURATE), "its successor is still to be parsed"
    finish(ledger, UnitId("job", "parse", "0001"))
    take(ledger, CURATE)


def test_a_join_waits_for_units_that_a_unit_of_its_own_source_creates(ledger: Ledger) -> None:
    finish(ledger, submit(ledger), *follow("parse", "0000"))
    finish(ledger, UnitId("job", "parse", "0000"), *follow("parse", "0000-book-1", "0000-book-2"))
    assert absent(ledger, CURATE), "the ranges of a long document are still to be read"
    finish(ledger, UnitId("job", "parse", "0000-book-2"))
    finish(ledger, UnitId("job", "parse", "0000-book-1"))
    whole_first = [UnitId("job", "parse", shard) for shard in ("0000", "0000-book-1", "0000-book-2")]
    assert take(ledger, CURATE).inputs == (FOUND, *(output_of(unit) for unit in whole_first))


def test_a_join_reads_the_outputs_in_the_order_of_their_shards_however_they_finished(ledger: Ledger) -> None:
    retrieved = spread(ledger, 12)
    for unit in reversed(retrieved):
        finish(ledger, unit, *follow("parse", unit.shard))
    parsed = [UnitId("job", "parse", unit.shard) for unit in retrieved]
    for unit in (*parsed[1::2], *reversed(parsed[0::2])):
        finish(ledger, unit)
    assert take(ledger, CURATE).inputs == (FOUND, *(output_of(unit) for unit in parsed))


def test_shards_of_any_name_are_read_in_the_order_of_their_bytes(ledger: Ledger) -> None:
    shards = ["10", "9", "a-b", "aa", "B", "b", "é", "z"]
    finish(ledger, submit(ledger), *follow("parse", *shards))
    for shard in shards:
        finish(ledger, UnitId("job", "parse", shard))
    in_order = tuple(output_of(UnitId("job", "parse", shard)) for shard in sorted(shards))
    assert take(ledger, CURATE).inputs == (FOUND, *in_order)
    assert ledger.outputs("job")[Stage.PARSE] == in_order


def test_one_commit_creates_thousands_and_one_join_reads_them(ledger: Ledger) -> None:
    shards = [str(number) for number in range(1234)]
    finish(ledger, submit(ledger), *follow("parse", *shards, "7", "7", items=2))
    parse = ledger.view("job").stages[Stage.PARSE]
    assert (parse.units, parse.pending, parse.items) == (1234, 1234, 2468), "a shard named twice is one unit"
    for shard in shards:
        finish(ledger, UnitId("job", "parse", shard))
    parsed = [output_of(UnitId("job", "parse", shard)) for shard in sorted(shards)]
    assert take(ledger, CURATE).inputs == (FOUND, *parsed)


def test_a_join_that_collects_two_stages_reads_them_in_the_order_of_the_plan(ledger: Ledger) -> None:
    finish(ledger, submit(ledger))
    finish(ledger, CURATE, *follow("generate", "0000", "0001"))
    generated = [UnitId("job", "generate", shard) for shard in ("0000", "0001")]
    for unit in reversed(generated):
        assert absent(ledger, ASSEMBLE)
        finish(ledger, unit)
    assert take(ledger, ASSEMBLE).inputs == (output_of(CURATE), *(output_of(unit) for unit in generated))


def test_a_join_comes_also_when_the_stages_before_it_produced_nothing(ledger: Ledger) -> None:
    finish(ledger, submit(ledger))
    assert take(ledger, CURATE).inputs == (FOUND,)


def test_a_join_is_created_once(ledger: Ledger) -> None:
    discover = take(ledger, submit(ledger))
    for _ in range(2):
        assert ledger.commit(discover, output_of(discover.unit), {})
    ledger.resume("job")
    finish(ledger, CURATE, *follow("generate", "0000"))
    ledger.resume("job")
    assert ledger.claim(CURATE, "me", LONG_S) == "done"
    assert ledger.view("job").stages[Stage.CURATE].units == 1


def test_a_unit_set_aside_holds_no_join_up_and_adds_nothing_to_it(ledger: Ledger) -> None:
    *kept, lost = spread(ledger, 5, failure={"max_failed_share": 0.2})
    for unit in kept:
        finish(ledger, unit, *follow("parse", unit.shard))
        finish(ledger, UnitId("job", "parse", unit.shard))
    assert ledger.fail(take(ledger, lost), "no_answer", final=True) == "aside"
    assert len(take(ledger, CURATE).inputs) == 1 + 4


def test_every_stage_follows_to_the_end_and_the_verdict_is_kept(ledger: Ledger) -> None:
    finish(ledger, submit(ledger), *follow("retrieve", "0000"))
    finish(ledger, UnitId("job", "retrieve", "0000"), *follow("parse", "0000"))
    finish(ledger, UnitId("job", "parse", "0000"))
    finish(ledger, CURATE, *follow("generate", "0000"))
    finish(ledger, UnitId("job", "generate", "0000"))
    finish(ledger, ASSEMBLE, *follow("clear", "0"))
    finish(ledger, UnitId("job", "clear", "0"), *follow("train", "0"))
    finish(ledger, UnitId("job", "train", "0"), *follow("evaluate", "0"))
    finish(ledger, UnitId("job", "evaluate", "0"), *follow("publish", "0"))
    assert ledger.standing("job").verdict == ""
    finish(ledger, UnitId("job", "publish", "0"), verdict="published")
    standing = ledger.standing("job")
    assert standing.verdict == "published"
    assert all((counts.pending, counts.done) == (0, 1) for counts in standing.stages.values())
