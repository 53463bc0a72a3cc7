"""Answers kept in the artifact store, for all jobs of the deployment: what was paid for once costs nothing again."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import ValidationError

from agent.errors import ArtifactCorrupt
from agent.job.answers import KeptAnswer, answer_path
from agent.store import Store
from workers.llm.contract import StoredAnswer


class KeptAnswers:
    """A `ResponseCache` of one file an answer, each written at once and whole."""

    def __init__(self, store: Store, by: str, model: str, *, reuse: bool = True) -> None:
        """``by`` is the path of the artifact for which is asked; without ``reuse`` answers are only written."""
        self._store = store
        self._by = by
        self._model = model
        self._reuse = reuse

    async def get(self, key: str) -> StoredAnswer | None:
        """The answer; None also where its file cannot be read as one, which asking again mends.

        Raises:
            StoreUnavailable: the store does not answer; asking would cost what may be there already.
        """
        return await asyncio.to_thread(self._read, key) if self._reuse else None

    async def put(self, key: str, answer: StoredAnswer) -> None:
        """Keep the answer, on the disk when this returns.

        Raises:
            StoreFull, StoreUnavailable: it could not be written.
        """
        kept = KeptAnswer(
            by=self._by,
            asked=self._model,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            answer=answer.model_dump(mode="json"),
        )
        path, content = answer_path(key), kept.model_dump_json().encode()
        try:
            await asyncio.to_thread(self._store.write, path, content)
        except asyncio.CancelledError:
            # The unit is stopped at this moment, and whoever does it again shall not pay again.
            self._store.write(path, content)
            raise

    def _read(self, key: str) -> StoredAnswer | None:
        try:
            kept = KeptAnswer.model_validate_json(self._store.read(answer_path(key)))
            return StoredAnswer.model_validate(kept.answer)
        except (ArtifactCorrupt, ValidationError):
            return None
