"""Fixtures of the fault tests: documents, a model, the undisturbed run, repeats, and the table at the end.

``FAULT_REPEATS`` (default 1, `make faults` takes 3) says how often each test that measures a recovery runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.faults.cluster import Cluster, spec_of
from tests.faults.documents import write_documents
from tests.faults.table import FaultTable
from tests.tiny_models import tiny_llama

DOCUMENTS = 30
_TABLE = pytest.StashKey[FaultTable]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests that take ``repeat`` run FAULT_REPEATS times."""
    if "repeat" in metafunc.fixturenames:
        metafunc.parametrize("repeat", range(int(os.environ.get("FAULT_REPEATS", "1"))), scope="module")


def pytest_configure(config: pytest.Config) -> None:
    """One table a run."""
    config.stash[_TABLE] = FaultTable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured."""
    table = config.stash[_TABLE]
    if table.rows:
        terminalreporter.section("faults: seconds from the fault to the next start of the unit, a worker being free")
        for line in table.lines():
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def table(pytestconfig: pytest.Config) -> FaultTable:
    """Where tests write what they measured."""
    return pytestconfig.stash[_TABLE]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tiny random model's folder."""
    return str(tiny_llama(tmp_path_factory.mktemp("model")))


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small documents; the same for all jobs, so that their datasets must be the same bytes."""
    return write_documents(tmp_path_factory.mktemp("source") / "documents", DOCUMENTS)


class Undisturbed:
    """Datasets of jobs that nothing disturbed, by specification; each is made once in a session."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def dataset(self, cluster: Cluster, documents: Path, model: str, **spec: Any) -> dict[str, str]:
        """sha256 of the files of the dataset; runs the job on this cluster, which must be whole, when it is new."""
        key = spec_of(documents, model, **spec).sha256
        if key not in self._known:
            job = cluster.submit(documents, model, **spec)
            cluster.wait_for(job, "committed", "clear")
            self._known[key] = cluster.dataset(job)
            job.cancel()
        return self._known[key]


@pytest.fixture(scope="session")
def undisturbed() -> Undisturbed:
    """See `Undisturbed`."""
    return Undisturbed()
