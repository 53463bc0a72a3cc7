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
from pathlib import Path

import pytest

from agent.canvas.signatures import send, sending_app
from agent.cli.commands.flower import credentials, flower_argv, flower_environment
from agent.contract import Pool
from agent.errors import InvalidSpec
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from tests.contracts.jobs import submit
from tests.servers import free_port
from tests.worker_process import WorkerProcess

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


def _read(port: int, path: str, account: str) -> str:
    """The body of an answer; '' while nobody listens."""
    authorization = "Basic " + base64.b64encode(account.encode()).decode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Authorization": authorization})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


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


def test_it_shows_the_units_of_workers_that_send_events_only_when_asked_and_ends_when_told(
    redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    deployment = {"FINETUNE_BROKER_URL": redis_url, "FINETUNE_HOME": str(tmp_path)}
    worker = WorkerProcess(Pool.CRAWL, tmp_path, deployment)
    worker.start()
    worker.ready()
    flower = subprocess.Popen(
        [sys.executable, "-m", "agent.cli", "flower", "--port", str(port)],
        env={**os.environ, **deployment, "FINETUNE_FLOWER_USER": "ada", "FINETUNE_FLOWER_PASSWORD": "secret"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ledger = RedisLedger(redis_url)
        deadline_s = time.monotonic() + START_S
        shown = ""
        while "crawl.discover" not in shown and time.monotonic() < deadline_s:
            submit(ledger, f"job-{time.monotonic_ns()}")
            send(sending_app(Settings(broker_url=redis_url)), ledger.hand_out())
            time.sleep(1)
            shown = _read(port, "/api/tasks", "ada:secret")
        assert "crawl.discover" in shown and "job-" in shown
        flower.terminate()
        flower.wait(15)
        assert not _ask(port, "/healthcheck"), "the dashboard ends with the command"
    finally:
        flower.kill()
        worker.end()
