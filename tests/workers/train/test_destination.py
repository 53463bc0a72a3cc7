"""Published models reach their destination whole, and replace only models of ours."""

from __future__ import annotations

from pathlib import Path

import fsspec
import pytest

from agent.errors import StoreUnavailable
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


def test_another_file_system_gets_every_file(model: Path) -> None:
    assert deliver(model, "memory://handed/over", "job") == "memory:///handed/over"
    system = fsspec.filesystem("memory")
    assert system.cat_file("/handed/over/adapter/weights") == b"new"
    assert system.exists("/handed/over/provenance.json")


def test_a_place_that_cannot_be_written_is_named_with_the_next_step(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"publish\.destination.*resume"):
        deliver(model, str(tmp_path / "file" / "target"), "job")
