"""Checkpoints in the store outlive their machine, and only complete and fitting ones are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.store import Store
from workers.train.checkpoints import Checkpoints


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def _checkpoint(folder: Path, step: int) -> Path:
    local = folder / f"checkpoint-{step}"
    local.mkdir(parents=True)
    (local / "weights").write_text(f"step {step}")
    return local


def _step(found: Path | None) -> str:
    assert found is not None
    return (found / "weights").read_text()


def test_a_later_attempt_goes_on_from_the_furthest_checkpoint(store: Store, tmp_path: Path) -> None:
    first = Checkpoints(store, "job", "0", "e1", "same")
    for step in (25, 50, 100):
        first.save(step, _checkpoint(tmp_path, step))
    assert _step(Checkpoints(store, "job", "0", "e3", "same").newest(tmp_path / "local")) == "step 100"


def test_only_the_last_two_are_kept(store: Store, tmp_path: Path) -> None:
    first = Checkpoints(store, "job", "0", "e1", "same")
    for step in (25, 50, 75):
        first.save(step, _checkpoint(tmp_path, step))
    Checkpoints(store, "job", "0", "e2", "same").save(100, _checkpoint(tmp_path, 100))
    root = "jobs/job/train/0-checkpoints"
    assert store.list(f"{root}/e1") == ["step-75"]
    assert store.list(f"{root}/e2") == ["step-100"]


def test_a_half_copied_checkpoint_is_not_found(store: Store, tmp_path: Path) -> None:
    Checkpoints(store, "job", "0", "e1", "same").save(25, _checkpoint(tmp_path, 25))
    store.put_folder(_checkpoint(tmp_path, 50), "jobs/job/train/0-checkpoints/e1/step-50")
    assert _step(Checkpoints(store, "job", "0", "e2", "same").newest(tmp_path / "local")) == "step 25"


def test_a_checkpoint_of_other_data_or_settings_is_not_found(store: Store, tmp_path: Path) -> None:
    Checkpoints(store, "job", "0", "e1", "before").save(25, _checkpoint(tmp_path, 25))
    assert Checkpoints(store, "job", "0", "e2", "after").newest(tmp_path / "local") is None


def test_a_stale_trainer_does_not_remove_what_a_newer_one_wrote(store: Store, tmp_path: Path) -> None:
    stale = Checkpoints(store, "job", "0", "e1", "same")
    newer = Checkpoints(store, "job", "0", "e2", "same")
    newer.save(30, _checkpoint(tmp_path, 30))
    for step in (25, 50, 75):
        stale.save(step, _checkpoint(tmp_path, step))
    assert store.list("jobs/job/train/0-checkpoints/e2") == ["step-30"]


def test_there_is_nothing_to_go_on_from_at_first(store: Store, tmp_path: Path) -> None:
    assert Checkpoints(store, "job", "0", "e1", "same").newest(tmp_path / "local") is None
