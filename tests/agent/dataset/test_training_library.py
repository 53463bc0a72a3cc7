"""TRL takes an export as it stands: one real step on a tiny random model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.dataset.export import export
from agent.dataset.shapes import ExportFormat
from tests.agent.dataset.test_export import ABOUT, SOURCES, dataset
from tests.tiny_models import tiny_llama


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize(
    ("format", "config"),
    [(ExportFormat.CHAT, "data"), (ExportFormat.PROMPT_COMPLETION, "data"), (ExportFormat.CHAT, "plain")],
)
def test_the_trainer_makes_a_step(
    tmp_path: Path, model: Path, format: ExportFormat, config: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets import load_dataset
    from trl import SFTConfig, SFTTrainer

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = tmp_path / "out"
    export(dataset(), SOURCES, format, folder, about=ABOUT)
    rows: Any = load_dataset(str(folder), config, cache_dir=str(tmp_path / "cache"))
    trainer = SFTTrainer(
        model=str(model),
        args=SFTConfig(
            output_dir=str(tmp_path / "run"), max_steps=1, per_device_train_batch_size=2, use_cpu=True, bf16=False,
            report_to="none", disable_tqdm=True, max_length=64, save_strategy="no", eval_strategy="steps",
        ),
        train_dataset=rows["train"],
        eval_dataset=rows["validation"],
    )  # fmt: skip
    trainer.train()
    assert trainer.state.global_step == 1
    assert trainer.evaluate()["eval_loss"] > 0
