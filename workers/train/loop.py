"""The training itself, in a process of its own: ``python -m workers.train.loop CONFIG.json``."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors import SafetensorError
from transformers import Trainer, TrainingArguments, set_seed

from agent.errors import NotEnoughData
from agent.faults import reached
from agent.job.records import Row
from agent.models import public_name
from agent.spec import TrainConfig
from workers.train.accelerators import device_of, peak_memory_mb, probe
from workers.train.base_model import load_base, load_tokenizer, most_positions, ready_base
from workers.train.callbacks import BestWeights, Leaver, Reporter, TrainingOver
from workers.train.data import IGNORED, Encoded, Pack, encode_row, pack_rows
from workers.train.events import Events, serve
from workers.train.packing import keeps_rows_apart
from workers.train.reports import LoopConfig, LoopResult

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

log = logging.getLogger(__name__)

_VALIDATIONS = 4
"""Validations in a short run, which would otherwise end before the first one."""
_VALIDATION_SHARE = 0.1
"""Validation sequences per training sequence: four validations then cost about an eighth of one pass."""
_LEAST_VALIDATION = 4
_LOSSES_AVERAGED = 10
"""The reported training loss is the mean of so many last steps; single steps are noisy."""
_TIMINGS = ("eval_runtime", "eval_samples_per_second", "eval_steps_per_second")
"""What differs between two equal trainings."""


class _Trainer(Trainer):
    """A Trainer whose checkpoints hold the best weights too, and that survives one it cannot write."""

    def __init__(self, best: BestWeights, shard: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._best = best
        self._shard = shard

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write the weights; the Trainer adds optimizer, random states and, last, its own state."""
        super().save_model(output_dir, _internal_call)
        self._best.put_into(Path(str(output_dir)))
        reached(f"train/{self._shard}/local_save")

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        try:
            super()._save_checkpoint(model, trial)
        except (OSError, RuntimeError, SafetensorError) as error:
            # torch and safetensors each say "disk full" in a way of their own. Nothing is lost by going on.
            log.warning("no checkpoint of step %d, training goes on: %s", self.state.global_step, error)
            folder = Path(str(self.args.output_dir)) / f"checkpoint-{self.state.global_step}"
            shutil.rmtree(folder, ignore_errors=True)


def train(config: LoopConfig, events: Events) -> LoopResult:
    """Tune the model, write it to ``config.output / "model"``, and say how it went.

    Raises:
        NotEnoughData: no row has a token to train on.
        TrainingFailed: the loss diverged.
        WorkerLeaving: the parent asked for a checkpoint and the end; it has been announced.
    """
    began = time.monotonic()
    # Read now: the checkpoint is removed once two later ones are kept.
    resumed_at = _step_of(config.resume_from)
    set_seed(config.seed)
    capability = probe()
    torch.set_num_threads(capability.threads)
    on_cpu = config.train.accelerator == "cpu" or capability.backend == "cpu"
    device = torch.device("cpu") if on_cpu else device_of(capability)
    events.progress(0)

    folder = ready_base(config.facts, config.cache_dir)
    tokenizer = load_tokenizer(folder)
    model = _trainable(load_base(folder, _weight_type(config, capability.bf16), device), config)
    limit = most_positions(model, config.train.sequence_length)
    rows, refused = _encoded(config.train_rows, tokenizer, limit)
    validation, _ = _encoded(config.validation_rows, tokenizer, limit)
    if not rows:
        raise NotEnoughData(
            f"None of {len(refused)} training rows has a token to train on within {limit} tokens.",
            next_step="Raise train.sequence_length, or look at the rows in the clear artifact.",
        )
    events.progress(0)

    together = keeps_rows_apart(model)
    packs = pack_rows(rows, limit, together=together)
    useful = sum(len(row.ids) for row in rows)
    reporter = Reporter(events, useful / len(packs) * config.train.batch_sequences)
    best = BestWeights(config.output / "best", config.train.early_stopping_patience, config.resume_from)
    trainer = _Trainer(
        best,
        config.shard,
        model=model,
        args=_arguments(config, len(packs), bf16=capability.bf16, cpu=on_cpu, validate=bool(validation)),
        train_dataset=packs,
        eval_dataset=_some(pack_rows(validation, limit, together=together), len(packs)) or None,
        data_collator=collator(tokenizer.pad_token_id or 0),
        callbacks=[best, reporter, Leaver(events, best, config.shard)],
    )
    with suppress(TrainingOver):
        trainer.train(resume_from_checkpoint=str(config.resume_from) if config.resume_from else None)
    history = trainer.state.log_history
    if validation and not any("eval_loss" in entry and entry["step"] == trainer.state.global_step for entry in history):
        trainer.evaluate()
    steps = trainer.state.global_step
    restored = best.restore(model, steps)
    _save(model, tokenizer, config)
    (config.output / "metrics.jsonl").write_text(_metrics(history))

    losses = [entry["loss"] for entry in history if "loss" in entry][-_LOSSES_AVERAGED:]
    eval_losses = [entry["eval_loss"] for entry in history if "eval_loss" in entry]
    return LoopResult(
        method=config.train.method,
        device=f"{capability.backend}: {capability.names[0]}" if not on_cpu else "cpu",
        precision="bf16" if capability.bf16 else "fp32",
        steps=steps,
        tokens=round(useful * trainer.state.epoch) if trainer.state.epoch else 0,
        tokens_per_s=round(reporter.tokens_per_s, 1),
        targets_per_pass=sum(row.targets for row in rows),
        sequences=len(packs),
        fill=round(useful / (len(packs) * limit), 3),
        packed=together,
        rows_cut=sum(row.cut for row in rows),
        refused=tuple(refused),
        train_loss=sum(losses) / len(losses),
        first_eval_loss=eval_losses[0] if eval_losses else None,
        best_eval_loss=min(eval_losses, default=None),
        last_eval_loss=eval_losses[-1] if eval_losses else None,
        best_step=best.step if restored else steps,
        stopped_early=steps < trainer.state.max_steps,
        resumed_at=resumed_at,
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        trainable=sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        seconds=round(time.monotonic() - began, 1),
        peak_memory_mb=round(peak_memory_mb(device), 1),
    )


def _metrics(history: list[dict[str, float]]) -> str:
    """One JSON line for each step and each validation, the same for every training with these rows and this seed."""
    entries = [
        {name: value for name, value in entry.items() if name not in _TIMINGS}
        for entry in history
        if "loss" in entry or "eval_loss" in entry
    ]
    # Sorted as in the Trainer's checkpoints, from which a resumed training has its first entries.
    return "".join(json.dumps(entry, sort_keys=True) + "\n" for entry in entries)


def _encoded(file: Path, tokenizer: PreTrainedTokenizerBase, limit: int) -> tuple[list[Encoded], list[str]]:
    """The rows that have a target, and the ids of those that have none."""
    rows = [
        encode_row(Row.model_validate_json(line), tokenizer, limit)
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    return [row for row in rows if row.targets], [row.id for row in rows if not row.targets]


def _some(packs: list[Pack], training: int) -> list[Pack]:
    """Evenly spaced sequences of the validation data, as many as the training can afford to look at often."""
    count = max(_LEAST_VALIDATION, round(training * _VALIDATION_SHARE))
    every = max(1, -(-len(packs) // count))
    return packs[::every]


def _weight_type(config: LoopConfig, bf16: bool) -> torch.dtype:
    """bf16 for frozen weights; fp32 where they are trained, since small updates vanish in eight bits of
    mantissa.
    """
    return torch.bfloat16 if bf16 and config.train.method == "lora" else torch.float32


def _trainable(model: PreTrainedModel, config: LoopConfig) -> Any:
    """The model with adapters on every linear layer but the head, or as it is for full tuning."""
    model.config.use_cache = False
    if config.train.method == "full":
        return model
    adapters = LoraConfig(
        task_type="CAUSAL_LM",
        target_modules="all-linear",
        r=config.train.lora_rank,
        lora_alpha=config.train.lora_alpha,
        lora_dropout=config.train.lora_dropout,
    )
    return get_peft_model(model, adapters)


def _arguments(config: LoopConfig, sequences: int, *, bf16: bool, cpu: bool, validate: bool) -> TrainingArguments:
    spec = config.train
    steps = _steps(spec, sequences)
    return TrainingArguments(
        output_dir=str(config.checkpoints),
        per_device_train_batch_size=spec.micro_batch_sequences,
        per_device_eval_batch_size=spec.micro_batch_sequences,
        gradient_accumulation_steps=spec.batch_sequences // spec.micro_batch_sequences,
        num_train_epochs=spec.epochs,
        max_steps=spec.max_steps or -1,
        learning_rate=spec.peak_learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=_warmup(steps, spec.warmup_share),
        weight_decay=spec.weight_decay,
        bf16=bf16,
        use_cpu=cpu,
        seed=config.seed,
        data_seed=config.seed,
        logging_steps=1,
        # Or a loss that is no number is logged as 0.
        logging_nan_inf_filter=False,
        eval_strategy="steps" if validate else "no",
        eval_steps=min(spec.eval_steps, -(-steps // _VALIDATIONS)),
        save_steps=spec.checkpoint_steps,
        remove_unused_columns=False,
        label_names=["labels"],
        prediction_loss_only=True,
        dataloader_pin_memory=not cpu,
        disable_tqdm=True,
        report_to="none",
    )


def _steps(spec: TrainConfig, sequences: int) -> int:
    """Optimizer steps of the whole run."""
    per_pass = -(-sequences // spec.batch_sequences)
    return spec.max_steps or max(1, round(per_pass * spec.epochs))


def _warmup(steps: int, share: float) -> int:
    """Steps in which the rate rises from 0; none instead of one, which would only be a step at rate 0."""
    wanted = round(steps * share)
    return wanted if wanted > 1 else 0


def collator(padding: int) -> Any:
    """Packs -> tensors (batch, longest); pads come last and have position 0, so each is a row of its own."""

    def collate(packs: Sequence[Pack]) -> dict[str, torch.Tensor]:
        longest = max(len(pack.input_ids) for pack in packs)

        def padded(name: str, value: int) -> torch.Tensor:
            lines = [getattr(pack, name) for pack in packs]
            return torch.tensor([[*line, *[value] * (longest - len(line))] for line in lines])

        return {
            "input_ids": padded("input_ids", padding),
            "labels": padded("labels", IGNORED),
            "position_ids": padded("position_ids", 0),
        }

    return collate


def _save(model: Any, tokenizer: PreTrainedTokenizerBase, config: LoopConfig) -> None:
    folder = config.output / "model"
    if config.train.method == "full":
        model.config.use_cache = True
        model.save_pretrained(folder)
    else:
        model.peft_config["default"].base_model_name_or_path = public_name(config.facts)
        # Adapters leave the embedding alone; to find that out itself, peft would ask the hub for the base.
        model.save_pretrained(folder, save_embedding_layers=False)
    tokenizer.save_pretrained(folder)


def _step_of(checkpoint: Path | None) -> int:
    if checkpoint is None:
        return 0
    return int(json.loads((checkpoint / "trainer_state.json").read_text())["global_step"])


if __name__ == "__main__":
    serve(LoopConfig, train, saves=True)
