"""Base models: what is known of one without loading it, and a local folder with its files.

A model is named by a catalogue key, a local folder or a Hugging Face id. Nothing here imports torch or
transformers.
"""

from __future__ import annotations

from pathlib import Path

from agent.errors import UnknownModel
from agent.job.model import ModelFacts
from agent.models.catalogue import CATALOGUE, facts_of_catalogue, fetch_from_catalogue
from agent.models.folder import facts_of_folder

__all__ = ["fetch_model", "inspect_model", "public_name"]


def public_name(facts: ModelFacts) -> str:
    """The name a model card may carry: the hub id, or a folder's last part; never a local path."""
    if facts.origin == "catalogue":
        return CATALOGUE[facts.location].hub_id
    return Path(facts.location).name if facts.origin == "folder" else facts.location


def inspect_model(name: str) -> ModelFacts:
    """What is known of a base model: number of weights, chat template, licence, revision.

    Looks in the catalogue, then for a folder, then in the hub's cache and on the hub.

    Raises:
        UnknownModel: none of these has it, the folder is no model, or the hub cannot be reached.
    """
    if name in CATALOGUE:
        return facts_of_catalogue(name)
    folder = Path(name).expanduser()
    if folder.is_dir():
        return facts_of_folder(name, folder.resolve())
    if folder.is_absolute() or name.startswith((".", "~")):
        raise UnknownModel(f"Model folder {name!r} does not exist.", next_step="Check the path.")
    from agent.models.hub import facts_of_hub

    return facts_of_hub(name)


def fetch_model(facts: ModelFacts, cache_dir: Path) -> Path:
    """A local folder with the model's files, downloaded into ``cache_dir`` or the hub's cache if needed.

    For a catalogue entry the folder holds one GGUF file whose sha256 was checked.

    Raises:
        UnknownModel: the folder or the hub's repository is no longer there.
        MissingDependency: the catalogue's file cannot be had; the message says where to put it by hand.
        OperationFailed: the download broke off.
    """
    if facts.origin == "folder":
        if not Path(facts.location).is_dir():
            raise UnknownModel(
                f"Model folder {facts.location!r} is not on this machine.",
                next_step="Put it on a shared disk, or name a hub id.",
            )
        return Path(facts.location)
    if facts.origin == "hub":
        from agent.models.hub import fetch_from_hub

        return fetch_from_hub(facts)
    return fetch_from_catalogue(facts.location, cache_dir)
