"""What the exit code of ``finetune`` says."""

from __future__ import annotations

from enum import IntEnum

from agent.job.states import JobState


class ExitCode(IntEnum):
    """Exit codes, the same for every command."""

    PUBLISHED = 0
    """Also: the command did what was asked."""
    FAILED = 1
    USAGE = 2
    REJECTED = 3
    INTERRUPTED = 130
    """128 + SIGINT, as shells report a program that Ctrl-C ended."""


EXIT_CODES_HELP = """\b
Exit codes:
  0    done; for a job: the model is published
  1    failed or cancelled
  2    wrong usage
  3    the gate rejected the tuned model
  130  interrupted by Ctrl-C; the job can be resumed
"""


def exit_code_of(state: JobState) -> ExitCode:
    """The exit code for a job that ended in ``state``."""
    if state is JobState.COMPLETED:
        return ExitCode.PUBLISHED
    return ExitCode.REJECTED if state is JobState.REJECTED else ExitCode.FAILED
