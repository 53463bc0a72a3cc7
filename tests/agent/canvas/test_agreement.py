"""What processes of one deployment compare."""

from __future__ import annotations

import pytest

from agent.canvas.agreement import agreed_settings, without_credentials
from agent.canvas.transport import broker_settings
from agent.settings import Settings

SECRET = "hush"


def test_no_secret_leaves_the_process() -> None:
    settings = Settings(broker_url=f"redis://ada:{SECRET}@server:6379/0", store_url=f"s3://key:{SECRET}@bucket/ft")
    agreed = agreed_settings(settings, broker_settings(settings.broker_url, settings.key_prefix))
    assert SECRET not in repr(agreed)
    assert agreed["store"] == "s3://bucket/ft"


def test_a_client_says_nothing_of_taking_messages_and_a_worker_does() -> None:
    client = broker_settings("redis://server", "ft:")
    assert set(agreed_settings(Settings(), client)) == {
        "key_prefix", "store", "visibility_timeout_s", "serializer",
    }  # fmt: skip
    worker = {**client, "task_acks_late": True, "worker_prefetch_multiplier": 1}
    agreed = agreed_settings(Settings(), worker)
    assert (agreed["acks_late"], agreed["prefetch"]) == ("True", "1")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("/mnt/ft", "/mnt/ft"),
        ("gs://bucket/a?token=x", "gs://bucket/a"),
        ("", ""),
        ("file:///mnt/ft", "file:///mnt/ft"),
    ],
)
def test_addresses_keep_what_tells_them_apart(url: str, shown: str) -> None:
    assert without_credentials(url) == shown
