"""What happens between optimizer steps: telling the parent, keeping the best weights, stopping early, leaving."""

from __future__ import annotations

import json
import math
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from agent.errors import TrainingFailed, WorkerLeaving
from agent.faults import reached
from workers.train.events import Events

_BEST_WEIGHTS = "best.safetensors"
_BEST_STATE = "best.json"
_LOCAL_CHECKPOINTS = 2
"""The newest, and the one that the parent may be about to take."""
_WRITTEN_LAST = "trainer_state.json"
"""The Trainer's last file of a checkpoint."""
_SMOOTHING = 0.3
"""Weight of the newest step in the estimate of the time left; three or four steps are remembered."""


class Reporter(TrainerCallback):
    """Tells the parent each step, and that a checkpoint is complete."""

    def __init__(self, events: Events, tokens_per_step: float) -> None:
        self._events = events
        self._tokens_per_step = tokens_per_step
        self._busy_s = 0.0
        self._steps = 0
        self._began = time.monotonic()
        self._recent_s = 0.0
        self._pace: dict[str, float] = {}

    @property
    def tokens_per_s(self) -> float:
        """Useful tokens (no padding) per second of stepping, without validations and checkpoints."""
        return self._steps * self._tokens_per_step / self._busy_s if self._busy_s else 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self._began = time.monotonic()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        took_s = time.monotonic() - self._began
        self._busy_s += took_s
        self._steps += 1
        # Recent steps count most: a machine that was busy for a while must not spoil the estimate for the rest.
        self._recent_s = took_s if self._steps == 1 else _SMOOTHING * took_s + (1 - _SMOOTHING) * self._recent_s

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Forward loss and rate.

        Raises:
            TrainingFailed: the loss is no number any more.
        """
        logs: dict[str, float] = kwargs["logs"]
        names = {"loss": "loss", "learning_rate": "learning_rate", "eval_loss": "eval_loss"}
        figures = {name: float(logs[key]) for key, name in names.items() if key in logs}
        if "loss" in figures and not math.isfinite(figures["loss"]):
            raise TrainingFailed(
                f"The training diverged: the loss is {figures['loss']} at step {state.global_step}.",
                next_step="Lower train.learning_rate.",
            )
        if figures:
            rate = round(self.tokens_per_s, 1)
            left_s = round((state.max_steps - state.global_step) * self._recent_s, 1)
            self._pace = {"tokens_per_s": rate, "eta_s": left_s}
            self._events.progress(state.global_step, state.max_steps, **figures, **self._pace)

    def on_prediction_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """A validation is progress too: it must not look like a stall."""
        self._events.progress(state.global_step, state.max_steps, **self._pace)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Name the checkpoint if it could be written, and remove those that the parent did not take in time."""
        home = Path(str(args.output_dir))
        folder = home / f"checkpoint-{state.global_step}"
        if (folder / _WRITTEN_LAST).is_file():
            self._events.checkpoint(state.global_step, folder)
        kept = sorted(home.glob("checkpoint-*"), key=lambda one: int(one.name.rpartition("-")[2]))
        for old in kept[:-_LOCAL_CHECKPOINTS]:
            # A new name first: the parent takes a folder by renaming it, so it gets the whole of it or nothing.
            gone = old.with_name(f"old-{old.name}")
            with suppress(FileNotFoundError):
                old.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


class BestWeights(TrainerCallback):
    """Keeps the trained weights of the best validation, and stops when ``patience`` validations brought none.

    The weights go along in every checkpoint, so that a resumed run knows them. ``patience`` 0 never stops.
    """

    def __init__(self, folder: Path, patience: int, resume_from: Path | None) -> None:
        self._folder = folder
        self._patience = patience
        self.loss = math.inf
        self.step = 0
        self._without_gain = 0
        folder.mkdir(parents=True, exist_ok=True)
        if resume_from is not None and (resume_from / _BEST_STATE).is_file():
            for name in (_BEST_WEIGHTS, _BEST_STATE):
                shutil.copyfile(resume_from / name, folder / name)
            state = json.loads((folder / _BEST_STATE).read_text())
            self.loss, self.step, self._without_gain = state["loss"], state["step"], state["without_gain"]

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Compare this validation with the best one."""
        loss = float(kwargs["metrics"]["eval_loss"])
        if loss < self.loss:
            self.loss, self.step, self._without_gain = loss, state.global_step, 0
            save_file(_trained(kwargs["model"]), self._folder / _BEST_WEIGHTS)
        else:
            self._without_gain += 1
            control.should_training_stop |= self.exhausted
        (self._folder / _BEST_STATE).write_text(
            json.dumps({"loss": self.loss, "step": self.step, "without_gain": self._without_gain})
        )

    @property
    def exhausted(self) -> bool:
        """Whether so many validations brought no gain that the training stops."""
        return 0 < self._patience <= self._without_gain

    def put_into(self, checkpoint: Path) -> None:
        """Add the best weights so far to a checkpoint."""
        for name in (_BEST_WEIGHTS, _BEST_STATE):
            if (self._folder / name).is_file():
                shutil.copyfile(self._folder / name, checkpoint / name)

    def restore(self, model: torch.nn.Module, last_step: int) -> bool:
        """Load the best weights into ``model``; False when the last step is the best or none was
        validated.
        """
        if self.step in (0, last_step):
            return False
        parameters = dict(model.named_parameters())
        with torch.no_grad():
            for name, tensor in load_file(self._folder / _BEST_WEIGHTS).items():
                parameters[name].copy_(tensor)
        return True


class TrainingOver(Exception):
    """The checkpoint that a training went on from was its last step."""


class Leaver(TrainerCallback):
    """Leaves the training between two steps; add it last, so that the others have done their part of a checkpoint."""

    def __init__(self, events: Events, best: BestWeights, shard: str) -> None:
        self._asked = events.asked_to_leave
        self._best = best
        self._place = f"train/{shard}/step"

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Raises TrainingOver where no step is left: the Trainer would make one more before it looks."""
        self._leave_if_asked(state)
        if state.global_step >= state.max_steps or self._best.exhausted:
            raise TrainingOver

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        reached(self._place)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        control.should_save |= self._asked.is_set()

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Raises WorkerLeaving when asked to: no validation and no model follow."""
        self._leave_if_asked(state)

    def _leave_if_asked(self, state: TrainerState) -> None:
        if self._asked.is_set():
            raise WorkerLeaving(f"The training was asked to end and did so after step {state.global_step}.")


def _trained(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {
        name: parameter.detach().cpu().contiguous()
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }
