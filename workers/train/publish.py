"""The publish stage: the gate decides; then the model folder with card and provenance, or the refusal."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.evaluation import Evaluation, Verdict
from agent.job.model import ModelFacts
from agent.job.records import Row, SourceEntry, Split
from agent.models import public_name
from agent.settings import Settings
from agent.store import ArtifactReader
from agent.store.artifact import producer
from workers.runtime.work import Outcome, StageWork
from workers.train.card import model_card
from workers.train.child import keep_log, run_child
from workers.train.destination import deliver
from workers.train.gate import decide
from workers.train.provenance import (
    PROVENANCE_DOCUMENTS,
    PROVENANCE_MANIFEST,
    PROVENANCE_ROWS,
    Provenance,
    RowOrigin,
    trace,
)
from workers.train.reports import PackagingConfig, PackagingResult

PUBLISHED = "published"
REJECTED = "rejected"
_MODULE = "workers.train.packaging"
_LOG = "packaging"


def publish(work: StageWork) -> Outcome:
    """Hand the model over if the gate says so or the job overrides it.

    Always writes ``verdict.json``. Published: ``model/`` (weights, adapter, tokenizer, README.md, provenance)
    and the provenance beside it. Refused: ``refusal.json``; the tuned weights stay in the train artifact
    either way.

    Raises:
        TrainingFailed: the packaging process died.
        ProcessKilled: somebody or the kernel killed it.
        StoreUnavailable: publish.destination cannot be written.
    """
    evaluated = work.inputs_from(Stage.EVALUATE)[0]
    trained = work.inputs_from(Stage.TRAIN)[0]
    dataset = work.inputs_from(Stage.CLEAR)[0]
    evaluation = Evaluation.model_validate_json(evaluated.read_file("evaluation.json"))
    verdict = decide(evaluation, work.spec.evaluate)
    work.output.write_file("verdict.json", verdict.model_dump_json(indent=1).encode())
    origins = trace(_rows(dataset), dataset.records("sources.jsonl", SourceEntry))
    work.output.receive("examples", len(origins))
    work.output.keep("examples", len(origins))
    work.output.facts.update(ship=verdict.ship, cause=verdict.cause, next_step=verdict.next_step)
    if not verdict.ship and not work.spec.publish.publish_rejected:
        work.output.write_file("refusal.json", verdict.model_dump_json(indent=1).encode())
        return Outcome(verdict=REJECTED)
    folder = _packaged(work, trained)
    sources = list(dataset.records("sources.jsonl", SourceEntry))
    _describe(work, folder, evaluation, verdict, sources, origins)
    work.output.put_folder(folder, "model")
    for name in (PROVENANCE_ROWS, PROVENANCE_DOCUMENTS, PROVENANCE_MANIFEST):
        work.output.write_file(name, (folder / name).read_bytes())
    uri = work.store.uri(f"{work.output.path}/model")
    if work.spec.publish.destination:
        uri = deliver(folder, work.spec.publish.destination, work.job_id)
    work.output.facts["model_uri"] = uri
    return Outcome(verdict=PUBLISHED)


def _rows(dataset: ArtifactReader) -> list[Row]:
    names = (*(split.value for split in Split), "choices")
    return [row for name in names for row in dataset.records(f"{name}.jsonl", Row)]


def _packaged(work: StageWork, trained: ArtifactReader) -> Path:
    config = PackagingConfig(
        facts=work.model,
        cache_dir=Settings().model_cache,
        tuned=trained.folder("model", work.scratch / "tuned"),
        method=work.spec.train.method,
        merge=work.spec.publish.merge,
        output=work.scratch / "packaged",
    )
    try:
        run_child(
            _MODULE, config, PackagingResult, tick=work.tick, scratch=work.scratch,
            stall_timeout_s=work.spec.train.stall_timeout_s, leaving=work.leaving,
        )  # fmt: skip
    except FinetuneError:
        keep_log(work, _LOG, "packaging.log")
        raise
    return config.output


def _describe(
    work: StageWork,
    folder: Path,
    evaluation: Evaluation,
    verdict: Verdict,
    sources: list[SourceEntry],
    origins: list[RowOrigin],
) -> None:
    """Put the card, the provenance of rows and documents, and last the manifest with every hash into the folder."""
    base_name = public_name(work.model)
    card = model_card(
        work.spec,
        base_name=base_name,
        base_licence=work.model.licence,
        on_hub=work.model.origin != "folder",
        evaluation=evaluation,
        verdict=verdict,
        sources=sources,
    )
    (folder / "README.md").write_text(card, encoding="utf-8")
    for name, records in ((PROVENANCE_ROWS, origins), (PROVENANCE_DOCUMENTS, sources)):
        lines = "".join(f"{record.model_dump_json()}\n" for record in records)
        (folder / name).write_text(lines, encoding="utf-8")
    manifest = Provenance(
        job_id=work.job_id,
        subject=work.spec.subject,
        spec_sha256=work.spec.sha256,
        producer=producer(),
        base=_without_paths(work.model, base_name) if work.spec.publish.merge else work.model,
        base_name=base_name,
        system_prompt=work.spec.assemble.system_prompt,
        rows=dict(Counter(origin.split.value for origin in origins)),
        documents=len(sources),
        licences=dict(sorted(Counter(source.licence for source in sources).items())),
        verdict=verdict,
        published_against_verdict=not verdict.ship,
        files=_hashes(folder),
    )
    (folder / PROVENANCE_MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")


def _without_paths(model: ModelFacts, public: str) -> ModelFacts:
    """The facts of a model given as a folder without that folder's path: merged weights may leave the machine.

    An adapter alone needs its base, so there the path stays.
    """
    if model.origin != "folder":
        return model
    return model.model_copy(update={"name": public, "location": public})


def _hashes(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(item for item in folder.rglob("*") if item.is_file()):
        with file.open("rb") as reader:
            found[file.relative_to(folder).as_posix()] = hashlib.file_digest(reader, "sha256").hexdigest()
    return found
