"""Where things are: read from the environment (``FINETUNE_…``), the same for clients and workers."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Addresses and folders of one deployment.

    Credentials live in the URLs of the environment and nowhere else: never in job records, artifacts or logs.
    """

    model_config = SettingsConfigDict(env_prefix="FINETUNE_", frozen=True, extra="ignore")

    broker_url: str = Field(
        "", description="redis://:PASSWORD@HOST:6379/0 (rediss:// for TLS); empty: embedded server."
    )
    store_url: str = Field("", description="Folder or fsspec URL of the artifact store; empty: HOME/store.")
    home: Path = Field(Path("~/.finetune"), description="Folder of the embedded server, store and model cache.")
    key_prefix: str = Field("ft:", description="Begins every key on the server; deployments may share one.")
    stop_within_s: float = Field(
        5.0, gt=2, description="Seconds from SIGTERM until a worker has ended; the notice of a spot machine minus 10."
    )

    @cached_property
    def home_folder(self) -> Path:
        """``home`` as an absolute path."""
        return self.home.expanduser().absolute()

    @property
    def store(self) -> str:
        """The artifact store's URL."""
        return self.store_url or str(self.home_folder / "store")

    @property
    def model_cache(self) -> Path:
        """Folder of fetched base models."""
        return self.home_folder / "models"
