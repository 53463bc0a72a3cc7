"""Runs the training loop in this process, in a folder of its own, and breaks it off where it is told to."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

from agent.job.model import ModelFacts
from agent.job.records import Row
from agent.spec import TrainConfig
from workers.train.events import Events
from workers.train.loop import train
from workers.train.reports import LoopConfig, LoopResult


class Dead(Exception):
    """The process would have died here."""


class Bench:
    """Runs the loop on the same rows, each run in a folder of its own, and remembers the events."""

    def __init__(self, folder: Path, facts: ModelFacts, rows: list[Row], validation: list[Row]) -> None:
        self.folder = folder
        self._facts = facts
        for name, records in (("train", rows), ("validation", validation)):
            (folder / f"{name}.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in records))

    def run(
        self, name: str = "run", resume_from: Path | None = None, dies_at: int = 0, leaves_at: int = 0, **spec: Any
    ) -> LoopResult:
        """Train with quick settings and these; ``dies_at`` and ``leaves_at`` name the step in which it ends."""
        quick = {"batch_sequences": 1, "micro_batch_sequences": 1, "lora_rank": 4, "checkpoint_steps": 1000}
        self.events = io.StringIO()
        self.home = self.folder / name
        return train(
            LoopConfig(
                facts=self._facts,
                cache_dir=self.folder,
                train_rows=self.folder / "train.jsonl",
                validation_rows=self.folder / "validation.jsonl",
                output=self.home / "output",
                checkpoints=self.home / "checkpoints",
                resume_from=resume_from,
                train=TrainConfig(**{**quick, **spec}),
                seed=3,
                shard="0",
            ),
            _Events(self.events, dies_at, leaves_at),
        )

    def losses(self, name: str = "loss") -> list[float]:
        """The history in metrics.jsonl."""
        return [entry[name] for entry in self.entries(name)]

    def entries(self, name: str) -> list[dict[str, float]]:
        """The lines of metrics.jsonl that have a figure of this name."""
        return [entry for entry in map(json.loads, self.metrics().splitlines()) if name in entry]

    def metrics(self) -> str:
        """The last run's metrics.jsonl."""
        return (self.home / "output" / "metrics.jsonl").read_text()

    def weights(self) -> str:
        """The sha256 of the last run's trained weights."""
        (file,) = (self.home / "output" / "model").glob("*.safetensors")
        return hashlib.sha256(file.read_bytes()).hexdigest()

    def announced(self) -> list[int]:
        """The steps of the checkpoints that the last run announced."""
        events = [json.loads(line) for line in self.events.getvalue().splitlines()]
        return [event["step"] for event in events if event["event"] == "checkpoint"]

    def newest(self) -> Path | None:
        """The last of them."""
        steps = self.announced()
        return self.home / "checkpoints" / f"checkpoint-{steps[-1]}" if steps else None


class _Events(Events):
    """Ends the training in a step of its choice: by force, or by the order to leave."""

    def __init__(self, stream: io.StringIO, dies_at: int, leaves_at: int) -> None:
        super().__init__(stream)
        self._dies_at, self._leaves_at = dies_at, leaves_at

    def progress(self, done: int, total: int | None = None, **figures: float | str) -> None:
        super().progress(done, total, **figures)
        if "loss" in figures and done == self._dies_at:
            raise Dead
        # The order comes while the step is computed.
        if "loss" in figures and done == self._leaves_at - 1:
            self.asked_to_leave.set()
