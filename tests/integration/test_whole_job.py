"""The main job from submission to a published model: real server, one real worker process per pool, a tiny model."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from agent import Client, JobSpec, JobState, ProgressChanged, StateChanged
from agent.client import Job
from agent.contract import Stage
from agent.demo.server import DEMO_SUBJECT, serve_demo_site
from agent.job.records import Document, Rejected
from agent.store import ArtifactReader
from tests.tiny_models import tiny_llama
from workers.parse.ranges import PARTS, PARTS_FILE

pytestmark = pytest.mark.timeout(180)

QUICK = {
    "retrieve": {"requests_per_second": 50},
    "train": {"max_steps": 6, "method": "full", "learning_rate": 0.01, "eval_steps": 3, "checkpoint_steps": 3},
    "evaluate": {"max_perplexity_tokens": 1500, "max_questions": 8, "show_answers": 1, "answer_tokens": 8},
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny_llama(tmp_path_factory.mktemp("model")))


def rejected(client: Client, job: Job, stage: Stage) -> list[Rejected]:
    paths = job.outputs()[stage]
    return [item for path in paths for item in ArtifactReader(client.store, path).rejected()]


def test_a_subject_and_a_site_become_a_published_model(client: Client, model: str) -> None:
    with serve_demo_site() as url:
        job = client.submit(
            JobSpec(model=model, subject=DEMO_SUBJECT, sources=[f"site:{url}"], parse={"pages_per_unit": 2}, **QUICK)
        )
        events = list(job.events())
        result = job.wait(timeout_s=1)

    assert result.state is JobState.COMPLETED, result.reason
    assert result.verdict is not None and result.verdict.ship
    assert result.metrics["perplexity_tuned"] < result.metrics["perplexity_base"]

    stages = [event.progress.stage for event in events if isinstance(event, ProgressChanged)]
    assert list(dict.fromkeys(stages)) == list(Stage)
    assert [event.state for event in events if isinstance(event, StateChanged)][-1] is JobState.COMPLETED

    for stage, tallies in result.funnel.items():
        for noun, tally in tallies.items():
            assert tally.reconciles, (stage, noun, tally)
    documents = [
        result.funnel[stage]["documents"] for stage in (Stage.DISCOVER, Stage.RETRIEVE, Stage.PARSE, Stage.CURATE)
    ]
    for earlier, later in pairwise(documents):
        assert earlier.kept == later.received

    refusals = {
        (urlsplit(item.url).path, item.reason)
        for stage in (Stage.DISCOVER, Stage.RETRIEVE, Stage.CURATE)
        for item in rejected(client, job, stage)
    }
    assert ("/private/lab-notes.html", "robots_disallow") in refusals
    assert ("/library/all-rights.html", "licence_forbids_training") in refusals
    assert {path for path, reason in refusals if reason == "off_topic"} >= {"/garden/sourdough.html"}
    assert {"near_duplicate"} <= {reason for path, reason in refusals if "grover" in path}
    curated = ArtifactReader(client.store, job.outputs()[Stage.CURATE][0])
    (book,) = [each for each in curated.records("documents.jsonl", Document) if each.url.endswith("-matrices.pdf")]
    assert book.pages == 4, "read in two ranges by two units"
    assert "Density matrices extend state vectors to uncertain preparations" in book.text, "the end of its last page"
    ranges = [
        path for path in job.outputs()[Stage.PARSE] if PARTS_FILE in ArtifactReader(client.store, path).manifest.files
    ]
    assert len(ranges) == result.funnel[Stage.PARSE][PARTS].kept == 4, "of the two papers of more than two pages"
    scan = next(each for each in curated.records("documents.jsonl", Document) if each.url.endswith("-scan.pdf"))
    assert scan.parser == "ocr"

    folder = Path(result.model_uri)
    tuned = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tuned.generate(**tokenizer("A qubit", return_tensors="pt"), max_new_tokens=3).shape[1] > 2
    assert "CC-BY-4.0" in (folder / "README.md").read_text()
    row = json.loads((folder / "provenance.jsonl").read_text().splitlines()[0])
    assert row["url"].startswith("http://127.0.0.1") and len(row["document_sha256"]) == 64
    assert Path(result.report_uri).read_text().startswith("<!DOCTYPE html>")


def test_two_jobs_at_once_both_finish_and_their_artifacts_do_not_mix(
    client: Client, model: str, tmp_path: Path
) -> None:
    jobs = {}
    for name, thing in (("left", "qubit"), ("right", "photon")):
        folder = write_documents(tmp_path / name, thing)
        quick = {
            **QUICK,
            "discover": {"min_relevance": 0},
            "parse": {"min_quality": 0},  # drawn sentences are no prose
            "curate": {"min_relevance": 0, "near_duplicate_similarity": 1},
            # What a drawn model answers to eight questions is chance; the test above has the whole gate.
            "evaluate": {**QUICK["evaluate"], "max_questions": 0},
        }
        jobs[thing] = client.submit(
            JobSpec(
                model=model,
                subject="quantum computing",
                sources=[f"dir:{folder}"],
                job_id=f"job-{name}",
                permission={"declared": {f"dir:{folder}": "own"}},
                **quick,
            )
        )
    for thing, job in jobs.items():
        assert job.wait(timeout_s=150).published
        other = "photon" if thing == "qubit" else "qubit"
        for stage, outputs in job.outputs().items():
            for path in outputs:
                assert path.startswith(f"jobs/{job.id}/{stage}/")
        rows = ArtifactReader(client.store, job.outputs()[Stage.ASSEMBLE][0]).read_file("train.jsonl").decode()
        assert thing in rows and other not in rows


def write_documents(folder: Path, thing: str) -> Path:
    """Twelve short documents about one thing; drawn words and numbers keep any two sentences apart."""
    folder.mkdir()
    generator = random.Random(thing)
    for number in range(12):
        sections = [f"# Notes {number} on the {thing}"]
        for _ in range(8):
            name, part, cause = (generator.choice(SYLLABLES) + generator.choice(SYLLABLES) for _ in range(3))
            lot = generator.randint(1000, 9999)
            sections += [
                f"## The {thing} {name}",
                f"A {thing} {name} is a {part} of lot {lot} that carries the {cause} of it. "
                f"Engineers built {lot + 1} of them, because the {cause} {lot % 97} drifts while the {part} settles.",
            ]
        (folder / f"{number:02d}.md").write_text("\n\n".join(sections) + "\n")
    return folder


SYLLABLES = ("gate", "phase", "pulse", "cavity", "trap", "noise", "basis", "field", "lattice", "beam", "spin", "coil")
