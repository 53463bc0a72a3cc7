"""Checks that fail at submission, before any cost."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from agent.dataset.benchmarks import absolute_benchmark, read_benchmark
from agent.errors import InvalidSpec, SourceFailed
from agent.job.candidate_list import read_candidates
from agent.job.model import ModelFacts
from agent.models import inspect_model
from agent.prices import prices_of
from agent.spec import JobSpec
from agent.spec.sources import absolute, identity, local_path


def grounded(spec: JobSpec) -> JobSpec:
    """The spec with folders and files as absolute paths, since workers run elsewhere."""
    sources = tuple(absolute(source) for source in spec.sources)
    written = {identity(source): source for source in sources}
    # What is declared of a source must be found under the very words that its documents will carry.
    declared = {
        written.get(identity(source), absolute(source)): word for source, word in spec.permission.declared.items()
    }
    permission = spec.permission.model_copy(update={"declared": declared})
    model = Path(spec.model).expanduser()
    name = str(model.absolute()) if model.is_dir() else spec.model
    assemble = spec.assemble.model_copy(
        update={"benchmarks": tuple(absolute_benchmark(address) for address in spec.assemble.benchmarks)}
    )
    return spec.model_copy(update={"sources": sources, "permission": permission, "model": name, "assemble": assemble})


def check(spec: JobSpec) -> ModelFacts:
    """What is known of the base model, once everything that can be checked from here is right.

    Raises:
        UnknownModel: the model is not in the catalogue, no folder, and not on the hub.
        InvalidSpec: a folder is missing or empty, a benchmark file cannot be read or holds no question, chat rows are
            asked of a model without a chat template, or a budget in dollars is set for a language model without a
            known price.
    """
    for source in spec.sources:
        _check_source(source)
    for address in spec.assemble.benchmarks:
        read_benchmark(address)
    prices_of(spec.generate)
    model = inspect_model(spec.model)
    if spec.assemble.format == "chat" and not model.has_chat_template:
        raise InvalidSpec(
            f"Model {spec.model!r} has no chat template, and assemble.format is 'chat'.",
            next_step="Take assemble.format prompt_completion or auto, or an instruction-tuned model.",
        )
    return model


def _check_source(source: str) -> None:
    prefix, _, rest = source.partition(":")
    if prefix == "dir":
        folder = local_path(rest)
        if not folder.is_dir():
            raise InvalidSpec(f"Folder {rest!r} of source {source!r} does not exist.", next_step="Check the path.")
        if not any(item.is_file() for item in folder.rglob("*")):
            raise InvalidSpec(f"Folder {rest!r} of source {source!r} is empty.", next_step="Put documents into it.")
    if prefix == "candidates" and not local_path(rest).is_file():
        raise InvalidSpec(
            f"The list {rest!r} of source {source!r} does not exist.",
            next_step="`finetune discover SUBJECT --output FILE` writes one.",
        )
    if prefix == "candidates":
        try:
            deque(read_candidates(local_path(rest)), maxlen=0)
        except SourceFailed as error:
            raise InvalidSpec(error.message, next_step=error.next_step) from error
    if prefix == "khan" and rest and not local_path(rest).is_dir():
        raise InvalidSpec(f"Folder {rest!r} of source {source!r} does not exist.", next_step="Check the path.")
    if prefix == "urls" and "://" not in rest and not local_path(rest).is_file():
        raise InvalidSpec(
            f"The list {rest!r} of source {source!r} does not exist.",
            next_step="Name a file with one address on a line, or addresses with commas between them.",
        )
    if prefix == "site" and not rest.startswith(("http://", "https://")):
        raise InvalidSpec(f"Source {source!r} is no web address.", next_step="It looks like site:https://example.org/.")
