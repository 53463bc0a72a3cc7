"""Published models reach their destination whole, and replace only models of ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from agent.errors import StoreUnavailable
from agent.faults import FAULTS_VARIABLE
from workers.train.destination import deliver


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "weights").write_text("new")
    (folder / "provenance.json").write_text("{}")
    return folder


def test_a_model_of_ours_is_replaced_whole(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "provenance.json").write_text("{}")
    (target / "stale").write_text("old")
    assert deliver(model, str(target), "job") == str(target)
    assert sorted(item.name for item in target.iterdir()) == ["adapter", "provenance.json"]
    assert sorted(item.name for item in tmp_path.iterdir()) == ["model", "target"]


def test_a_folder_with_other_files_keeps_them_and_gets_the_model_beside_them(model: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "thesis.tex").write_text("years of work")
    assert deliver(model, str(target), "job") == str(target / "job")
    assert (target / "thesis.tex").read_text() == "years of work"
    assert (target / "job" / "adapter" / "weights").read_text() == "new"


def test_what_a_dead_attempt_left_beside_the_destination_is_removed_by_the_next(model: Path, tmp_path: Path) -> None:
    place = tmp_path / "place"
    died = subprocess.run(
        [sys.executable, "-c", "import sys; from pathlib import Path; from workers.train.destination import deliver; "
         "deliver(Path(sys.argv[1]), sys.argv[2], 'job')", str(model), str(place / "target")],
        env={**os.environ, FAULTS_VARIABLE: "publish/copied=kill"}, check=False,
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL and len(list(place.iterdir())) == 1
    (place / ".target.other.12345678.new").mkdir()
    deliver(model, str(place / "target"), "job")
    assert sorted(item.name for item in place.iterdir()) == [".target.other.12345678.new", "target"]


def test_another_file_system_gets_every_file(model: Path) -> None:
    assert deliver(model, "memory://handed/over", "job") == "memory:///handed/over"
    system = fsspec.filesystem("memory")
    assert system.cat_file("/handed/over/adapter/weights") == b"new"
    assert system.exists("/handed/over/provenance.json")


def test_a_place_that_cannot_be_written_is_named_with_the_next_step(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"publish\.destination.*resume"):
        deliver(model, str(tmp_path / "file" / "target"), "job")
