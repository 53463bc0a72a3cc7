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
    epoch: int
    path: str


class Checkpoints:
    """The checkpoints of one training unit, over all its epochs.

    A stale trainer cannot harm a newer one: each epoch writes in a folder of its own, and removes nothing
    that belongs to a later epoch. ``fingerprint`` names data and settings; a checkpoint of others is not
    seen.
    """

    def __init__(self, store: Store, job_id: str, shard: str, epoch: int, fingerprint: str) -> None:
        self._store = store
        self._root = f"jobs/{job_id}/train/{shard}-checkpoints"
        self._epoch = epoch
        self._fingerprint = fingerprint

    def save(self, step: int, local: Path) -> None:
        """Copy a local checkpoint, then its marker; then drop those before the last two."""
        path = f"{self._root}/e{self._epoch}/step-{step}"
        self._store.put_folder(local, path)
        self._store.write(f"{path}/{_MARKER}", json.dumps({"fingerprint": self._fingerprint}).encode())
        for old in self._complete()[:-_KEPT]:
            self._store.remove(old.path)

    def newest(self, local: Path) -> Path | None:
        """A local folder with the furthest complete checkpoint of this or any earlier epoch, None without
        one.
        """
        found = self._complete()
        return self._store.get_folder(found[-1].path, local) if found else None

    def _complete(self) -> list[_Stored]:
        """Usable checkpoints up to our epoch, the furthest last."""
        stored = [
            _Stored(int(step.removeprefix("step-")), int(epoch.removeprefix("e")), f"{self._root}/{epoch}/{step}")
            for epoch in self._store.list(self._root)
            for step in self._store.list(f"{self._root}/{epoch}")
        ]
        usable = [one for one in stored if one.epoch <= self._epoch and self._is_usable(one.path)]
        return sorted(usable, key=lambda one: (one.step, one.epoch))

    def _is_usable(self, path: str) -> bool:
        marker = f"{path}/{_MARKER}"
        if not self._store.exists(marker):
            return False
        return bool(json.loads(self._store.read(marker))["fingerprint"] == self._fingerprint)
