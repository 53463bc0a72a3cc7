"""A model is handed over with its proof, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from agent.job.evaluation import Evaluation, Interval, Perplexity, ShownAnswer, TrainingSummary, Verdict
from agent.job.model import ModelFacts
from agent.job.records import RowFormat, SourceEntry
from agent.models import inspect_model
from agent.store import ArtifactReader, ArtifactWriter
from tests.workers.train.units import Jobs
from workers.runtime.work import Outcome, StageWork
from workers.train.base_model import load_base, load_tokenizer
from workers.train.provenance import Provenance, RowOrigin
from workers.train.publish import publish

CPU = torch.device("cpu")


def _evaluation(gain: float) -> Evaluation:
    return Evaluation(
        perplexity=Perplexity(
            base=20, tuned=20 * (1 - gain), base_bits_per_byte=1.1, tuned_bits_per_byte=1.0, gain=gain,
            gain_interval=Interval(low=gain - 0.01, high=gain + 0.01), tokens=900, documents=6,
            resampled="document",
        ),
        answers=(ShownAnswer(question="What?", reference="That.", base="This | that", tuned="That\nis it."),),
        training=TrainingSummary(method="lora", steps=40, tokens=9000, train_loss=2.0),
        confidence=0.95, seconds=1, device="cpu",
    )  # fmt: skip


def _published(
    jobs: Jobs, facts: ModelFacts, gain: float = 0.1, method: str = "lora", **publishing: Any
) -> tuple[StageWork, Outcome]:
    from peft import LoraConfig, get_peft_model

    folder = jobs.root / "trained"
    model: Any = load_base(Path(facts.location), torch.float32, CPU)
    if method == "lora":
        torch.manual_seed(5)
        lora = LoraConfig(task_type="CAUSAL_LM", target_modules="all-linear", r=4, init_lora_weights=False)
        model = get_peft_model(model, lora)
        model.save_pretrained(folder, save_embedding_layers=False)
    else:
        model.save_pretrained(folder)
    load_tokenizer(Path(facts.location)).save_pretrained(folder)
    dataset = jobs.cleared(RowFormat.CHAT if facts.has_chat_template else RowFormat.PROMPT_COMPLETION)
    trained = ArtifactWriter(jobs.store, "job", "train", "0", "e1")
    trained.put_folder(folder, "model")
    trained.commit()
    evaluated = ArtifactWriter(jobs.store, "job", "evaluate", "0", "e1")
    evaluated.write_file("evaluation.json", _evaluation(gain).model_dump_json().encode())
    evaluated.commit()
    work = jobs.unit(
        "publish",
        [evaluated.path, trained.path, dataset],
        facts,
        train={"method": method},
        publish=publishing,
    )
    outcome = publish(work)
    work.output.commit()
    return work, outcome


@pytest.fixture(scope="module")
def passed(llama_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jobs, StageWork, Outcome]]:
    """An adapter that passed the gate, handed over; the tests only look at it."""
    root = tmp_path_factory.mktemp("passed")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FINETUNE_HOME", str(root / "home"))
        jobs = Jobs(root)
        work, outcome = _published(jobs, inspect_model(str(llama_folder)), destination=str(root / "handed" / "over"))
        yield jobs, work, outcome


def _model_folder(jobs: Jobs, work: StageWork) -> Path:
    return Path(jobs.store.uri(f"{work.output.path}/model"))


def test_a_passed_adapter_is_handed_over_merged_and_apart_and_both_say_the_same(
    passed: tuple[Jobs, StageWork, Outcome], llama_folder: Path
) -> None:
    from peft import PeftModel

    jobs, work, outcome = passed
    assert outcome.verdict == "published"
    folder = _model_folder(jobs, work)
    merged: Any = load_base(folder, torch.float32, CPU)
    base: Any = load_base(llama_folder, torch.float32, CPU)
    ids = torch.arange(12).unsqueeze(0)
    with torch.inference_mode():
        before = base(input_ids=ids).logits
        adapted: Any = PeftModel.from_pretrained(base, folder / "adapter").eval()
        torch.testing.assert_close(merged(input_ids=ids).logits, adapted(input_ids=ids).logits, atol=1e-4, rtol=1e-4)
        assert not torch.allclose(before, merged(input_ids=ids).logits, atol=1e-2)
    assert load_tokenizer(folder).chat_template == load_tokenizer(llama_folder).chat_template


def test_every_row_leads_back_to_a_document_with_address_licence_and_hash(
    passed: tuple[Jobs, StageWork, Outcome],
) -> None:
    jobs, work, _ = passed
    origins = list(ArtifactReader(jobs.store, work.output.path).records("provenance.jsonl", RowOrigin))
    assert len(origins) == 40 + 6 + 8
    for origin in origins:
        assert origin.chunk_id.startswith(origin.document_id)
        assert origin.url == f"https://example.org/{origin.document_id}"
        assert origin.licence == "CC-BY-4.0"
        assert len(origin.document_sha256) == 64


def test_every_document_carries_what_its_permission_rests_on(passed: tuple[Jobs, StageWork, Outcome]) -> None:
    jobs, work, _ = passed
    reader = ArtifactReader(jobs.store, work.output.path)
    documents = {each.document_id: each for each in reader.records("documents.jsonl", SourceEntry)}
    assert {origin.document_id for origin in reader.records("provenance.jsonl", RowOrigin)} == set(documents)
    for each in documents.values():
        assert [line.time[:10] for line in each.evidence] == ["2026-01-01", "2026-01-03"]
        assert each.decision == each.evidence[-1]
    assert (_model_folder(jobs, work) / "documents.jsonl").read_bytes() == reader.read_file("documents.jsonl")


def test_the_provenance_manifest_vouches_for_every_other_file(
    passed: tuple[Jobs, StageWork, Outcome],
) -> None:
    jobs, work, _ = passed
    folder = _model_folder(jobs, work)
    manifest = Provenance.model_validate_json((folder / "provenance.json").read_bytes())
    written = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert set(manifest.files) == written - {"provenance.json"}
    for name, digest in manifest.files.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert manifest.spec_sha256 == work.spec.sha256
    assert manifest.rows == {"train": 40, "validation": 6, "test": 8}
    assert manifest.verdict.ship and not manifest.published_against_verdict


def test_the_card_carries_metadata_results_and_attribution(passed: tuple[Jobs, StageWork, Outcome]) -> None:
    from huggingface_hub import ModelCard

    jobs, work, _ = passed
    card = ModelCard.load(_model_folder(jobs, work) / "README.md")
    assert card.data.library_name == "transformers"
    assert card.data.pipeline_tag == "text-generation"
    text = card.text
    assert "| perplexity (900 tokens of 6 documents) | 20.00 | 18.00 | -10.0 % | -11.0 % to -9.0 % |" in text
    assert "[Page traindoc0](https://example.org/traindoc0) | CC-BY-4.0 | 2026-01-03 | train | 8 |" in text
    assert "against the gate" not in text
    assert "{{" not in text and "{%" not in text
    assert str(Path(work.model.location).parent) not in text


def test_a_refused_model_leaves_the_reason_and_no_model(jobs: Jobs, llama: ModelFacts) -> None:
    work, outcome = _published(jobs, llama, gain=0.001)
    assert outcome.verdict == "rejected"
    assert not _model_folder(jobs, work).exists()
    refusal = Verdict.model_validate(json.loads(jobs.store.read(f"{work.output.path}/refusal.json")))
    assert not refusal.ship and refusal.cause and refusal.next_step
    assert jobs.store.exists("jobs/job/train/0-e1/model/adapter_model.safetensors")


def test_a_refused_model_is_published_on_demand_and_its_card_says_so(jobs: Jobs, llama: ModelFacts) -> None:
    work, outcome = _published(jobs, llama, gain=0.001, publish_rejected=True)
    assert outcome.verdict == "published"
    folder = _model_folder(jobs, work)
    assert "Published against the gate's verdict" in (folder / "README.md").read_text()
    assert Provenance.model_validate_json((folder / "provenance.json").read_bytes()).published_against_verdict


def test_the_destination_gets_the_whole_model_and_nothing_else(
    passed: tuple[Jobs, StageWork, Outcome],
) -> None:
    jobs, work, _ = passed
    destination = jobs.root / "handed" / "over"
    assert work.output.facts["model_uri"] == str(destination)
    assert (destination / "model.safetensors").is_file()
    assert [item.name for item in destination.parent.iterdir()] == ["over"]


@pytest.mark.parametrize(("method", "merge", "weights"), [("full", True, True), ("lora", False, False)])
def test_full_weights_and_an_adapter_alone_both_answer_in_a_process_of_their_own(
    method: str, merge: bool, weights: bool, jobs: Jobs, gpt2: ModelFacts
) -> None:
    work, _ = _published(jobs, gpt2, method=method, merge=merge)
    folder = _model_folder(jobs, work)
    assert (folder / "model.safetensors").is_file() == weights
    assert (folder / "adapter").is_dir() == (not weights)
    answer = subprocess.run(
        [sys.executable, "-m", "workers.train.chat", str(folder), "--question", "What is a qubit?"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
