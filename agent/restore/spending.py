"""What a job has spent on language models, as far as the store tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import ValidationError

from agent.errors import ArtifactCorrupt
from agent.job.answers import ANSWERS_FOLDER, KeptAnswer
from agent.job.artifacts import Manifest
from agent.job.job import JobRecord
from agent.job.usage import Amount, usage_of
from agent.restore.stored import JOBS_FOLDER, READERS
from agent.store import Store


def spent_before(store: Store, job: JobRecord, artifacts: Mapping[str, Manifest]) -> Amount:
    """Tokens and money that all attempts of the job took: finished units say it themselves, and of the others the
    answers that they paid for are there.

    Not covered, since nothing is written of them: calls whose answer was lost on the way, and answers that were asked
    for anew (``generate.reuse_answers = false``) by an attempt that died.
    """
    told = (usage_of(manifest.facts).amount for manifest in artifacts.values())
    paid = _paid_by_the_unfinished(store, job, artifacts)
    return sum((*told, *paid), Amount())


def _paid_by_the_unfinished(store: Store, job: JobRecord, finished: Iterable[str]) -> Iterator[Amount]:
    folder, known = f"{JOBS_FOLDER}/{job.id}/", set(finished)
    for answer in _answers(store):
        if answer.by.startswith(folder) and answer.by not in known:
            price = job.prices.get(answer.asked)
            usd_micros = price.usd_micros(answer.prompt_tokens, answer.completion_tokens) if price else 0
            yield Amount(answer.prompt_tokens + answer.completion_tokens, usd_micros)


def _answers(store: Store) -> Iterator[KeptAnswer]:
    """All that the deployment keeps; whose they are stands in them alone."""

    def read(path: str) -> Any:
        try:
            return KeptAnswer.model_validate_json(store.read(path))
        except (ArtifactCorrupt, ValidationError):
            return None

    with ThreadPoolExecutor(READERS) as pool:
        for shard in store.list(ANSWERS_FOLDER):
            folder = f"{ANSWERS_FOLDER}/{shard}"
            yield from filter(None, pool.map(read, [f"{folder}/{name}" for name in store.list(folder)]))
