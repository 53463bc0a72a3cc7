"""What watchers of a job are told of its examples, and when."""

from __future__ import annotations

from pathlib import Path

from agent.contract import Stage
from agent.dataset.batch import BATCH, Batch
from agent.dataset.news import LOOK_S, News, read_alerts
from agent.job.artifacts import UnitPlan
from agent.job.events import DataAlert, DataForecast
from agent.ledger.contract import Ledger, Outputs, UnitId
from agent.ledger.memory import MemoryLedger
from agent.store import ArtifactWriter, Store
from tests.agent.dataset.batches import batch
from tests.agent.dataset.made import made_job
from tests.contracts.jobs import finish, submit, take
from tests.workers.generate.desk import JOB


class Job:
    """A job whose generate units are finished one by one, each with a batch."""

    def __init__(self, folder: Path, units: int) -> None:
        self.ledger: Ledger = MemoryLedger()
        self.store = Store(str(folder))
        self.now = 0.0
        self.listings = 0
        finish(self.ledger, submit(self.ledger))
        shards = [UnitPlan(stage=Stage.GENERATE, shard=f"{number:04d}") for number in range(units)]
        finish(self.ledger, UnitId("job", "curate", "0"), *shards)
        self.news = News(self._outputs, self.store, clock=lambda: self.now)

    def _outputs(self) -> Outputs:
        self.listings += 1
        return self.ledger.outputs("job")

    def finish(self, number: int, given: Batch) -> None:
        output = ArtifactWriter(self.store, "job", "generate", f"{number:04d}", "e1")
        output.facts[BATCH] = given.model_dump(mode="json", exclude={"shards"})
        output.commit()
        claim = take(self.ledger, UnitId("job", "generate", f"{number:04d}"))
        assert self.ledger.commit(claim, output.path, {})

    def look(self, later_s: float = LOOK_S) -> list[str]:
        self.now += later_s
        told = list(self.news.look(self.ledger.view("job")))
        return [event.name if isinstance(event, DataAlert) else "forecast" for event in told]


def test_a_fault_is_told_while_the_other_units_still_run(tmp_path: Path) -> None:
    job = Job(tmp_path, 20)
    for number in range(6):
        job.finish(number, batch(number))
        assert job.look() == []
    for number in range(6, 8):
        job.finish(number, batch(number, repeated_answers=0.9))
    assert job.look() == ["repeated_answers"]
    assert job.look() == [], "it is told once"
    alerts = read_alerts(job.ledger.view("job"), job.ledger.outputs("job"), job.store)
    assert [alert.name for alert in alerts] == ["repeated_answers"]


def test_the_server_is_asked_for_the_units_now_and_then_only(tmp_path: Path) -> None:
    job = Job(tmp_path, 20)
    for number in range(20):
        job.finish(number, batch(number))
        job.look(later_s=LOOK_S / 10)
    assert job.listings <= 4


def test_what_is_left_is_looked_at_when_the_last_unit_is_done(tmp_path: Path) -> None:
    job = Job(tmp_path, 1)
    job.finish(0, batch(0, from_source=0.1))
    assert job.look() == ["not_from_source"], "one batch makes no window, but no other comes"
    alerts = read_alerts(job.ledger.view("job"), job.ledger.outputs("job"), job.store)
    assert [alert.name for alert in alerts] == ["not_from_source"], "before the dataset is built, and if that fails"


def test_a_unit_that_cannot_be_read_costs_its_own_figures_only(tmp_path: Path) -> None:
    job = Job(tmp_path, 5)
    for number in range(4):
        job.finish(number, batch(number, same_opening=0.9))
    (tmp_path / "jobs/job/generate/0001-e1/manifest.json").write_text("{")
    assert job.look() == ["same_opening"]


def test_the_forecast_is_told_once_when_the_dataset_is_built(tmp_path: Path) -> None:
    ledger = MemoryLedger()
    desk = made_job(tmp_path, ledger)
    news = News(lambda: ledger.outputs(JOB), desk.store)
    (told,) = news.look(ledger.view(JOB))
    assert isinstance(told, DataForecast) and told.outlook == "too_little" and "Too few steps" in told.sentences[0]
    assert list(news.look(ledger.view(JOB))) == []
