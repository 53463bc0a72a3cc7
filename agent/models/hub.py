"""Base models on the Hugging Face hub: the cache on this machine first, then the hub's API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_download, snapshot_download, try_to_load_from_cache
from huggingface_hub import errors as hub_errors
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from agent.errors import OperationFailed, UnknownModel
from agent.job.model import ModelFacts
from agent.models.catalogue import CATALOGUE
from agent.models.folder import WEIGHT_FILES, facts_of_folder

_HTTP_ERROR: type[Exception] = hub_errors.HTTPError  # type: ignore[attr-defined]
"""What the HTTP client of the installed version raises."""
_HUB_TIMEOUT_S = 20.0
_TEXT_FILES = ["*.json", "*.jinja", "*.model", "*.txt", "*.tiktoken"]
"""Configuration, tokenizer and chat template; the weights are chosen apart."""


def facts_of_hub(name: str) -> ModelFacts:
    """What the cached snapshot, else the hub, states; the revision is pinned.

    Raises:
        UnknownModel: there is no such model, it is gated, or the hub cannot be asked.
    """
    cached = _cached_snapshot(name)
    if cached is not None:
        facts = facts_of_folder(name, cached)
        return facts.model_copy(update={"origin": "hub", "location": name, "revision": cached.name})
    return _facts_from_api(name)


def _cached_snapshot(name: str) -> Path | None:
    """The snapshot of the main revision in the hub's cache, where it holds weights."""
    try:
        config = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        return None
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    return folder if any(next(folder.glob(pattern), None) for pattern in WEIGHT_FILES) else None


def _facts_from_api(name: str) -> ModelFacts:
    known = ", ".join(CATALOGUE)
    elsewhere = f"Name a model folder, a catalogue entry ({known}), or check the network."
    try:
        info = HfApi().model_info(name, files_metadata=True, timeout=_HUB_TIMEOUT_S)
    except GatedRepoError as error:
        raise UnknownModel(
            f"Model {name!r} is gated on the Hugging Face hub.",
            next_step="Accept its terms there and set HF_TOKEN.",
        ) from error
    except (HFValidationError, RepositoryNotFoundError) as error:
        raise UnknownModel(
            f"Model {name!r} is no folder, no catalogue entry ({known}) and not on the Hugging Face hub.",
            next_step="Check its spelling; a private model needs HF_TOKEN.",
        ) from error
    except OfflineModeIsEnabled as error:
        raise UnknownModel(
            f"Model {name!r} is not in the hub's cache, and HF_HUB_OFFLINE is set.", next_step=elsewhere
        ) from error
    except (_HTTP_ERROR, OSError) as error:
        raise UnknownModel(
            f"Model {name!r} is not here, and the Hugging Face hub cannot be asked ({type(error).__name__}).",
            next_step=elsewhere,
        ) from error
    files = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    weights = [file for file in files if file.endswith((".safetensors", ".bin"))]
    if "config.json" not in files or not weights:
        raise UnknownModel(
            f"Model {name!r} on the hub has no config.json with weights beside it.",
            next_step="Name a repository in transformers layout.",
        )
    tokenizer = (info.config or {}).get("tokenizer_config", {})
    return ModelFacts(
        name=name,
        origin="hub",
        location=name,
        revision=info.sha or "",
        # Without safetensors only the size is known; two bytes a weight errs towards asking for more memory.
        parameters=info.safetensors.total if info.safetensors else sum(files[file] for file in weights) // 2,
        has_chat_template="chat_template.jinja" in files or bool(tokenizer.get("chat_template")),
        licence=str(getattr(info.card_data, "license", None) or ""),
    )


def fetch_from_hub(facts: ModelFacts) -> Path:
    """The snapshot folder of the pinned revision, downloaded into the hub's cache if needed.

    Raises:
        UnknownModel: the repository is gone.
        OperationFailed: the download broke off.
    """
    cached = _cached_snapshot(facts.location)
    if cached is not None and cached.name == facts.revision:
        return cached
    try:
        files = HfApi().list_repo_files(facts.location, revision=facts.revision or None)
        weights = "*.safetensors" if any(file.endswith(".safetensors") for file in files) else "*.bin"
        folder = snapshot_download(
            facts.location, revision=facts.revision or None, allow_patterns=[*_TEXT_FILES, weights]
        )
    except RepositoryNotFoundError as error:
        raise UnknownModel(
            f"Model {facts.location!r} is no longer on the Hugging Face hub.", next_step="Name another model."
        ) from error
    except (_HTTP_ERROR, LocalEntryNotFoundError, OSError) as error:
        raise OperationFailed(
            f"Model {facts.location!r} could not be downloaded from the hub: {type(error).__name__}.",
            next_step="Check the network and the free disk space; then resume the job.",
        ) from error
    return Path(folder)


def fetch_file_from_hub(facts: ModelFacts, names: Sequence[str]) -> Path:
    """The first of these files that the pinned revision has, from the hub's cache or downloaded alone.

    Raises:
        UnknownModel: it has none of them, or the hub cannot be asked.
    """
    for name in names:
        try:
            return Path(hf_hub_download(facts.location, name, revision=facts.revision or None))
        except LocalEntryNotFoundError as error:
            raise UnknownModel(
                f"{name} of model {facts.location!r} is not here, and the hub cannot be asked.",
                next_step="Check the network, or fetch the model on this machine.",
            ) from error
        except EntryNotFoundError:
            continue
        except (_HTTP_ERROR, OSError) as error:
            raise UnknownModel(
                f"{name} of model {facts.location!r} could not be fetched: {type(error).__name__}.",
                next_step="Check the network, or fetch the model on this machine.",
            ) from error
    raise UnknownModel(f"Model {facts.location!r} has none of {', '.join(names)}.", next_step="Name another model.")
