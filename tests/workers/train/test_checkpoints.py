"""Checkpoints in the store outlive their machine, and only complete and fitting ones are found."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.errors import JobCancelled
from agent.faults import FAULTS_VARIABLE
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


ROOT = "jobs/job/train/0-checkpoints"


def _two(store: Store, tmp_path: Path) -> None:
    checkpoints = Checkpoints(store, "job", "0", "e1", "same")
    for step in (25, 50):
        checkpoints.save(step, _checkpoint(tmp_path, step))


def _newest(store: Store, tmp_path: Path) -> str:
    return _step(Checkpoints(store, "job", "0", "e2", "same").newest(tmp_path / "local"))


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


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "6 bytes instead of 7"),
        (lambda file: file.write_bytes(b"step 51"), "other content"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
    ids=["truncated", "changed", "missing"],
)
def test_a_checkpoint_that_cannot_be_read_gives_way_to_the_one_before(
    damage: object, words: str, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _two(store, tmp_path)
    assert callable(damage)
    damage(tmp_path / "store" / ROOT / "e1" / "step-50" / "weights")
    assert _newest(store, tmp_path) == "step 25"
    assert "step 50 cannot be used" in caplog.text and words in caplog.text


def test_a_marker_that_is_none_makes_no_checkpoint(store: Store, tmp_path: Path) -> None:
    _two(store, tmp_path)
    store.write(f"{ROOT}/e1/step-50/complete.json", b"{")
    assert _newest(store, tmp_path) == "step 25"


def test_a_store_elsewhere_gives_whole_checkpoints_back(tmp_path: Path) -> None:
    store = Store(f"memory://{tmp_path.name}")
    _two(store, tmp_path)
    store.write(f"{ROOT}/e1/step-50/weights", b"step 51")
    found = Checkpoints(store, "job", "0", "e2", "same").newest(tmp_path / "local")
    assert _step(found) == "step 25"
    assert found is not None and tmp_path in found.parents


@pytest.mark.parametrize("place", ["checkpoint_half", "checkpoint_files"])
def test_a_worker_killed_while_it_copies_leaves_nothing_that_is_found(
    place: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Checkpoints(store, "job", "0", "e1", "same").save(25, _checkpoint(tmp_path, 25))
    local = _checkpoint(tmp_path, 50)
    (local / "optimizer").write_text("moments")
    monkeypatch.setenv(FAULTS_VARIABLE, f"train/0/{place}=kill")
    program = (
        "import sys; from pathlib import Path; from agent.store import Store;"
        "from workers.train.checkpoints import Checkpoints;"
        "Checkpoints(Store(sys.argv[1]), 'job', '0', 'e1', 'same').save(50, Path(sys.argv[2]))"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path / "store"), str(local)])
    monkeypatch.delenv(FAULTS_VARIABLE)

    assert ended.returncode == -9
    written = {"checkpoint_half": ["optimizer"], "checkpoint_files": ["optimizer", "weights"]}
    assert store.list(f"{ROOT}/e1/step-50") == written[place]
    assert _newest(store, tmp_path) == "step 25"
    # The next one sweeps up behind it.
    Checkpoints(store, "job", "0", "e2", "same").save(60, _checkpoint(tmp_path, 60))
    assert store.list(f"{ROOT}/e1") == ["step-25"]


def test_an_order_to_stop_ends_the_copying_between_two_files(store: Store, tmp_path: Path) -> None:
    def look() -> None:
        raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        Checkpoints(store, "job", "0", "e1", "same").save(25, _checkpoint(tmp_path, 25), look)
    assert Checkpoints(store, "job", "0", "e2", "same").newest(tmp_path / "local") is None
    assert not list(tmp_path.glob("*checkpoint-25"))


def test_a_checkpoint_that_the_trainer_removed_meanwhile_is_passed_over(store: Store, tmp_path: Path) -> None:
    checkpoints = Checkpoints(store, "job", "0", "e1", "same")
    checkpoints.save(25, tmp_path / "checkpoint-25")
    assert store.list(ROOT) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this user may not mount file systems")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_store_costs_one_checkpoint_and_neither_the_training_nor_the_one_before(
    small_disk: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    store = Store(str(small_disk))
    checkpoints = Checkpoints(store, "job", "0", "e1", "same")
    checkpoints.save(25, _checkpoint(tmp_path, 25))
    large = _checkpoint(tmp_path, 50)
    (large / "optimizer").write_bytes(bytes(30_000))
    (large / "more").write_bytes(bytes(50_000))
    checkpoints.save(50, large)
    assert "step 50 is not stored" in caplog.text
    assert store.list(f"{ROOT}/e1") == ["step-25"]
    assert _newest(store, tmp_path) == "step 25"
    # What was half written gave its space back.
    checkpoints.save(75, _checkpoint(tmp_path, 75))
    assert _newest(store, tmp_path) == "step 75"
