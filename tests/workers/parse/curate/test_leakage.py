"""Training chunks that repeat what is held out."""

from __future__ import annotations

from pathlib import Path

from agent.job.records import Chunk, Split
from tests.workers.parse.curate.test_curate import on_topic, run
from tests.workers.parse.shards import PROSE, document, spec
from workers.parse.curate.fingerprint import word_hashes
from workers.parse.curate.leakage import MOST_SHARED, HeldOut


def test_a_passage_of_a_held_out_document_is_told_from_another_text_on_the_subject() -> None:
    held_out = HeldOut([word_hashes(PROSE)])
    other = "Gates act on the state of a qubit. Noise disturbs it, so long computations need error correction."
    assert held_out.share(word_hashes(PROSE.split(". ", 1)[1].upper())) > 0.9 > MOST_SHARED
    assert held_out.share(word_hashes(other)) < 0.2
    assert HeldOut([]).share(word_hashes(PROSE)) == 0


def test_no_training_chunk_repeats_a_passage_that_is_held_out(tmp_path: Path) -> None:
    notice = (
        "Measure the qubits of the cooled trap once more and write down each result. Reset the quantum computer before "
        "anybody else logs in. Whoever finds a laser unlocked must call the keeper of the laboratory, who alone may "
        "open the vacuum chamber. Samples stay in the cupboard by the door until their owner has signed for them. "
        "Students work in pairs, and never at night. Broken glass goes into the blue bin, not into the sink."
    )
    documents = [
        document(each.id, *(block.text for block in each.blocks), notice)
        for each in (on_topic(number) for number in range(30))
    ]
    outcome, artifact = run(tmp_path, documents, spec(curate={"chunk_tokens": 120}))
    files = [str(plan.params["file"]) for plan in outcome.successors]
    chunks = [chunk for file in files for chunk in artifact.records(file, Chunk)]
    assert any(notice in chunk.text for chunk in chunks if chunk.split is Split.TEST)
    assert not any(notice in chunk.text for chunk in chunks if chunk.split is Split.TRAIN)
    assert {one.reason for one in artifact.rejected() if one.noun == "chunks"} == {"contaminated"}
