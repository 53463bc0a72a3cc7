"""Checkpoints of a training in the artifact store, so that another machine can go on from them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from agent.store import Store

_KEPT = 2
"""The newest, and one before it in case the newest cannot be read."""
_MARKER = "complete.json"


@dataclass(frozen=True)
class _Stored:
    step: int
    attempt: str
    path: str


class Checkpoints:
    """The checkpoints of one training unit, over all attempts at it.

    A stale trainer cannot harm a newer one: each attempt writes in a folder of its own, and removes nothing of
    attempts that began after it. ``fingerprint`` names data and settings; a checkpoint of others is not seen.
    """

    def __init__(self, store: Store, job_id: str, shard: str, attempt: str, fingerprint: str) -> None:
        self._store = store
        self._root = f"jobs/{job_id}/train/{shard}-checkpoints"
        self._attempt = attempt
        self._fingerprint = fingerprint
        self._may_clear = {attempt, *store.list(self._root)}

    def save(self, step: int, local: Path) -> None:
        """Copy a local checkpoint, then its marker; then drop those before the last two."""
        path = f"{self._root}/{self._attempt}/step-{step}"
        self._store.put_folder(local, path)
        self._store.write(f"{path}/{_MARKER}", json.dumps({"fingerprint": self._fingerprint}).encode())
        for old in self._complete()[:-_KEPT]:
            if old.attempt in self._may_clear:
                self._store.remove(old.path)

    def newest(self, local: Path) -> Path | None:
        """A local folder with the furthest complete checkpoint of any attempt, None without one."""
        found = self._complete()
        return self._store.get_folder(found[-1].path, local) if found else None

    def _complete(self) -> list[_Stored]:
        """Usable checkpoints, the furthest last."""
        stored = [
            _Stored(int(step.removeprefix("step-")), attempt, f"{self._root}/{attempt}/{step}")
            for attempt in self._store.list(self._root)
            for step in self._store.list(f"{self._root}/{attempt}")
        ]
        usable = [one for one in stored if self._is_usable(one.path)]
        return sorted(usable, key=lambda one: (one.step, one.attempt))

    def _is_usable(self, path: str) -> bool:
        marker = f"{path}/{_MARKER}"
        if not self._store.exists(marker):
            return False
        return bool(json.loads(self._store.read(marker))["fingerprint"] == self._fingerprint)
