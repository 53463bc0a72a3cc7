"""What a machine offers, and the queues it therefore serves."""

from __future__ import annotations

import os
import subprocess
import sys

from workers.train.capability import Capability, detect_capability, queues_for


def _machine(backend: str, memory_gb: float) -> Capability:
    return Capability(backend=backend, devices=1, names=("x",), memory_gb=memory_gb, bf16=True, threads=2)


def test_a_24_gb_card_serves_its_own_and_smaller_classes_the_most_demanding_first() -> None:
    assert queues_for(_machine("cuda", 25.4)) == [
        "train.cuda.24g", "train.any.24g", "train.cuda.16g", "train.any.16g", "train.cuda.8g", "train.any.8g",
    ]  # fmt: skip


def test_a_card_sold_as_8_gb_that_shows_a_little_less_serves_that_class() -> None:
    assert queues_for(_machine("rocm", 7.6)) == ["train.rocm.8g", "train.any.8g"]


def test_a_machine_below_all_classes_still_serves_the_smallest() -> None:
    assert queues_for(_machine("cpu", 3.0)) == ["train.cpu.8g", "train.any.8g"]


def test_this_machine_is_described_by_a_child_process() -> None:
    found = detect_capability()
    assert found.backend in {"cuda", "rocm", "mps", "cpu"}
    assert found.memory_gb > 1
    assert 1 <= found.threads <= (os.cpu_count() or 1)


def test_the_modules_a_celery_worker_imports_load_no_torch() -> None:
    modules = "workers.train.train, workers.train.evaluate, workers.train.publish, workers.train.capability"
    check = f"import sys, {modules}; sys.exit(bool({{'torch', 'transformers', 'peft'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0
