"""The dashboard is never open."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from agent.cli.commands.flower import credentials, flower_argv, flower_environment
from agent.errors import InvalidSpec
from tests.servers import free_port

START_S = 20.0


def test_a_password_is_made_up_where_none_is_set() -> None:
    user, password, made_up = credentials({})
    assert user == "finetune"
    assert len(password) > 20
    assert made_up
    assert credentials({})[1] != password


def test_a_set_account_is_used() -> None:
    environment = {"FINETUNE_FLOWER_USER": "ada", "FINETUNE_FLOWER_PASSWORD": "secret"}
    assert credentials(environment) == ("ada", "secret", False)


@pytest.mark.parametrize("environment", [{"FINETUNE_FLOWER_USER": "a:b"}, {"FINETUNE_FLOWER_PASSWORD": "a,eve:x"}])
def test_an_account_that_would_open_another_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(InvalidSpec, match="must not contain"):
        credentials(environment)


def test_the_password_is_in_the_environment_and_not_on_the_command_line() -> None:
    argv = flower_argv(port=5555, address="127.0.0.1", url_prefix="", control=False)
    environment = flower_environment({}, "redis://x", "ada", "secret")
    assert not any("secret" in word or "redis://" in word for word in argv)
    assert environment["FLOWER_BASIC_AUTH"] == "ada:secret"


def test_settings_that_would_weaken_the_login_are_taken_out() -> None:
    environment = flower_environment({"FLOWER_UNAUTHENTICATED_API": "1", "PATH": "/bin"}, "redis://x", "a", "b")
    assert "FLOWER_UNAUTHENTICATED_API" not in environment
    assert environment["PATH"] == "/bin"


def test_flower_only_shows_unless_it_is_to_steer() -> None:
    assert "--read-only=True" in flower_argv(port=1, address="127.0.0.1", url_prefix="", control=False)
    assert "--read-only=False" in flower_argv(port=1, address="127.0.0.1", url_prefix="", control=True)
    assert "--url-prefix=fl" in flower_argv(port=1, address="127.0.0.1", url_prefix="/fl/", control=True)


def _ask(port: int, path: str, account: str = "", method: str = "GET") -> int:
    """The status of a request; 0 while nobody listens."""
    headers = {"Authorization": "Basic " + base64.b64encode(account.encode()).decode()} if account else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_a_real_flower_lets_in_only_with_the_password_and_refuses_to_steer(redis_url: str) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "FINETUNE_BROKER_URL": redis_url,
        "FINETUNE_FLOWER_USER": "ada",
        "FINETUNE_FLOWER_PASSWORD": "secret",
        "FLOWER_UNAUTHENTICATED_API": "true",
    }
    flower = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "flower", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + START_S
        while not _ask(port, "/healthcheck") and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _ask(port, "/workers") == 401
        assert _ask(port, "/api/workers") == 401
        assert _ask(port, "/workers", "ada:wrong") == 401
        assert _ask(port, "/workers", "ada:secret") == 200
        assert _ask(port, "/api/worker/shutdown/x", "ada:secret", "POST") == 403
    finally:
        flower.send_signal(signal.SIGINT)
        assert flower.wait(15) == 130
