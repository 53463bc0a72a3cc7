"""pytest-celery over processes: a real server and one real worker per pool, no containers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_celery import (
    CeleryBackendCluster,
    CeleryBrokerCluster,
    CeleryTestBackend,
    CeleryTestBroker,
    CeleryTestSetup,
    CeleryTestWorker,
    CeleryWorkerCluster,
)

from agent.client import Client
from agent.contract import Pool
from agent.settings import Settings
from tests.integration.nodes import ServerNode, WorkerNode
from tests.servers import ValkeyProcess, valkey_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    """A server with a password, as a deployment has."""
    with valkey_server(tmp_path_factory.mktemp("server"), password="integration") as process:
        yield process


@pytest.fixture(scope="module")
def settings(server: ValkeyProcess, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One deployment for the module's tests."""
    home = tmp_path_factory.mktemp("home")
    return Settings(broker_url=server.url, store_url=str(home / "store"), home=home)


@pytest.fixture(scope="module")
def worker_nodes(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[WorkerNode]]:
    """One worker per pool, in processes of their own."""
    environment = {
        "FINETUNE_BROKER_URL": settings.broker_url,
        "FINETUNE_STORE_URL": settings.store_url,
        "FINETUNE_HOME": str(settings.home),
    }
    folder: Path = tmp_path_factory.mktemp("logs")
    nodes = [WorkerNode(pool, folder, environment) for pool in Pool]
    yield nodes
    for node in nodes:
        node.kill("SIGTERM")
        node.teardown()


@pytest.fixture
def celery_broker_cluster(server: ValkeyProcess) -> CeleryBrokerCluster:
    """Instead of the plugin's containers."""
    return CeleryBrokerCluster(CeleryTestBroker(ServerNode(server)))


@pytest.fixture
def celery_backend_cluster(server: ValkeyProcess) -> CeleryBackendCluster:
    """Instead of the plugin's containers."""
    return CeleryBackendCluster(CeleryTestBackend(ServerNode(server)))


@pytest.fixture
def celery_worker_cluster(worker_nodes: list[WorkerNode], celery_setup_app: object) -> CeleryWorkerCluster:
    """Instead of the plugin's containers."""
    return CeleryWorkerCluster(*[CeleryTestWorker(node, celery_setup_app) for node in worker_nodes])


@pytest.fixture
def client(settings: Settings, celery_setup: CeleryTestSetup) -> Iterator[Client]:
    """A client of the running cluster."""
    assert celery_setup.ready(ping=False, control=False, docker=False)
    with Client(settings=settings) as connected:
        yield connected
