"""How exceptions end a command."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from agent.cli.exits import ExitCode
from agent.cli.failures import LOG_FILE, guarded
from agent.errors import BrokerUnavailable, FinetuneError, UnknownJob


def _raising(error: BaseException) -> int:
    def command() -> None:
        raise error

    return guarded(command)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnknownJob("No job 'x' here.", next_step="Look for it."), ExitCode.USAGE),
        (BrokerUnavailable("Nobody answers.", next_step="Look for it."), ExitCode.FAILED),
    ],
)
def test_an_error_of_ours_is_its_message_and_its_next_step(
    error: FinetuneError, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _raising(error) == code
    assert capsys.readouterr().err == f"error: {error.message}\nnext: Look for it.\n"


def test_an_error_without_a_next_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    _raising(UnknownJob("No job 'x' here."))
    assert capsys.readouterr().err == "error: No job 'x' here.\n"


def test_what_a_stranger_wrote_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    _raising(UnknownJob("Disallow: /\x1b[2J", next_step="Read \u202eit."))
    assert capsys.readouterr().err == "error: Disallow: / [2J\nnext: Read  it.\n"


def test_a_wrong_option_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert _raising(click.UsageError("No such option: --x")) == ExitCode.USAGE
    assert capsys.readouterr().err.startswith("error: No such option: --x\nnext: ")


def test_an_unforeseen_error_is_named_and_its_traceback_is_in_the_log(
    capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    assert _raising(ZeroDivisionError("division by zero\nand more")) == ExitCode.FAILED
    said = capsys.readouterr().err
    assert said.splitlines()[0] == "error: ZeroDivisionError: division by zero"
    assert "Traceback" not in said
    log = own_home / LOG_FILE
    assert str(log) in said
    assert "raise error" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_home_that_cannot_be_written_sends_the_traceback_to_a_temporary_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FINETUNE_HOME", str(tmp_path / "file" / "home"))
    assert _raising(ZeroDivisionError("oh")) == ExitCode.FAILED
    log = Path(capsys.readouterr().err.rsplit(" ", 1)[1].strip().removesuffix("."))
    assert "ZeroDivisionError" in log.read_text()
    log.unlink()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_ends_with_130(error: BaseException) -> None:
    assert _raising(error) == 130


def test_what_a_command_returns_is_its_exit_code() -> None:
    assert guarded(lambda: ExitCode.REJECTED) == 3
    assert guarded(lambda: None) == 0
