"""The ledger on a Redis or Valkey server: one Lua script for each change, pipelines for reading."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any, cast

import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from agent.canvas.plan import Plan
from agent.contract import Stage
from agent.errors import BrokerUnavailable, UnknownJob
from agent.job.artifacts import Tally, UnitPlan
from agent.job.job import JobRecord
from agent.job.machine import StageCounts, Standing
from agent.job.states import ON_ACCELERATOR
from agent.job.usage import Amount
from agent.job.workers import WorkerInfo
from agent.ledger.contract import (
    LOOK_AGAIN_MS,
    MOST_FAULTS_SHOWN,
    REARM_S,
    REMEMBER_CHARGE_MS,
    SENDS_PER_FREE_SLOT,
    START_WITHIN_MS,
    BeatAnswer,
    Claim,
    ClusterHealth,
    DueUnit,
    JobView,
    LapsedLease,
    LedgerEvent,
    Limit,
    Outputs,
    Progress,
    QueueHealth,
    Refusal,
    ReserveAnswer,
    ServerFacts,
    Spent,
    StageView,
    UnitId,
    Wait,
    Waiting,
    spacing_ms,
)

_RECONNECT_TRIES = 6
_STATES = ["queued", "running", "done", "aside"]
"""Of a unit; a stage counts its units under these names."""
_UNITS_A_READ = 1000
"""About 200 kB an answer, a millisecond of the server's time."""
_USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)


@cache
def script_source(name: str) -> str:
    """The text of one script with the parts it uses in front."""
    text = (files("agent.ledger") / "scripts" / f"{name}.lua").read_text(encoding="utf-8")
    uses = _USES.search(text)
    parts = [part.strip() for part in uses.group(1).split(",")] if uses else []
    sources = [(files("agent.ledger") / "scripts" / f"{part}.lua").read_text(encoding="utf-8") for part in parts]
    return "\n".join([*sources, text])


def connect(url: str, tries: int = _RECONNECT_TRIES) -> redis.Redis:
    """A client that retries lost connections for some seconds, so that a server restart is not an error.

    Raises:
        BrokerUnavailable: the URL is malformed.
    """
    try:
        return redis.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=5,
            socket_timeout=30,
            socket_keepalive=True,
            health_check_interval=25,
            retry=Retry(ExponentialBackoff(cap=2.0, base=0.1), tries),
        )
    except ValueError as error:
        raise BrokerUnavailable(
            f"Broker URL {_without_password(url)!r} is not usable: {error}.",
            next_step="It looks like redis://:PASSWORD@HOST:6379/0.",
        ) from error


def _without_password(url: str) -> str:
    return re.sub(r"//([^@/]*)@", "//***@", url)


class RedisLedger:
    """See `agent.ledger.contract.Ledger`. Every foreign exception leaves as BrokerUnavailable."""

    def __init__(self, url: str, prefix: str = "ft:") -> None:
        """``prefix`` begins every key, so that several deployments can share a server."""
        self._url = url
        self._prefix = prefix
        self._client = connect(url)
        self._scripts: dict[str, Any] = {}

    def _key(self, *parts: str) -> str:
        return self._prefix + ":".join(parts)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        where = _without_password(self._url)
        try:
            yield
        except redis.AuthenticationError as error:
            raise BrokerUnavailable(
                f"The server at {where} refuses the password.", next_step="Check FINETUNE_BROKER_URL."
            ) from error
        except redis.BusyLoadingError as error:
            raise BrokerUnavailable(
                f"The server at {where} still loads its data.", next_step="Wait; its log tells how far it is."
            ) from error
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise BrokerUnavailable(
                f"No Redis or Valkey server answers at {where}.",
                next_step="Start it, or check FINETUNE_BROKER_URL; `finetune doctor` tells more.",
            ) from error
        except redis.RedisError as error:
            raise BrokerUnavailable(f"The server at {where} refused a command: {error}.") from error

    def _run(self, name: str, *args: str | int | float) -> Any:
        if name not in self._scripts:
            self._scripts[name] = self._client.register_script(script_source(name))
        with self._translated():
            return self._scripts[name](keys=[], args=[self._prefix, *args])

    def ping(self) -> str:
        """The server's name and version, for example ``valkey 9.1.2``. Raises BrokerUnavailable at once: no retries."""
        with self._translated(), connect(self._url, tries=0) as client:
            info = client.info("server")
        if "valkey_version" in info:
            return f"valkey {info['valkey_version']}"
        return f"redis {info.get('redis_version', '?')}"

    # -- jobs ---------------------------------------------------------------------------------------------------

    def submit(self, job: JobRecord, plan: Plan) -> JobRecord:
        known = self._run(
            "submit", job.id, job.model_dump_json(), _plan_for_scripts(plan, job.spec.priority), plan.stages[0].stage
        )
        return JobRecord.model_validate_json(known)

    def job(self, job_id: str) -> JobRecord:
        with self._translated():
            record = cast("str | None", self._client.hget(self._key("job", job_id), "record"))
        if record is None:
            raise _unknown(job_id)
        return JobRecord.model_validate_json(record)

    def jobs(self) -> list[JobRecord]:
        with self._translated():
            ids = cast(list[str], self._client.zrange(self._key("jobs"), 0, -1))
            pipe = self._client.pipeline(transaction=False)
            for job_id in ids:
                pipe.hget(self._key("job", job_id), "record")
            return [JobRecord.model_validate_json(record) for record in pipe.execute() if record]

    def active(self) -> list[str]:
        with self._translated():
            return sorted(cast(set[str], self._client.smembers(self._key("active"))))

    def cancel(self, job_id: str) -> None:
        if self._run("cancel", job_id) == "unknown":
            raise _unknown(job_id)

    def resume(self, job_id: str) -> int:
        count = self._run("resume", job_id)
        if count == "unknown":
            raise _unknown(job_id)
        return int(count)

    def save(self, job: JobRecord, read_version: int) -> bool:
        return bool(
            self._run("advance", job.id, read_version, job.model_dump_json(), job.state, int(job.ended), job.reason)
        )

    # -- units --------------------------------------------------------------------------------------------------

    def claim(self, unit: UnitId, owner: str, lease_s: float) -> Claim | Refusal:
        answer = self._run("claim", unit.job_id, unit.stage, unit.shard, owner, _ms(lease_s))
        if answer[0] != "ok":
            return cast(Refusal, answer[0])
        given = json.loads(answer[2] or "{}")
        return Claim(unit, int(answer[1]), owner, tuple(given.get("inputs", ())), given.get("params", {}))

    def beat(self, claim: Claim, lease_s: float, progress: Progress) -> BeatAnswer:
        live = {"done": progress.done, "total": progress.total, "figures": dict(progress.figures)}
        return cast(BeatAnswer, self._run("beat", *_named(claim), _ms(lease_s), json.dumps(live)))

    def commit(
        self,
        claim: Claim,
        output: str,
        tallies: Mapping[str, Tally],
        successors: Sequence[UnitPlan] = (),
        items_done: int = 0,
        verdict: str = "",
    ) -> bool:
        following: dict[str, list[dict[str, str | int]]] = {}
        for plan in successors:
            following.setdefault(plan.stage, []).append(
                {"shard": plan.shard, "text": _new_unit(plan), "items": plan.items}
            )
        fields = json.dumps(_tally_fields(tallies))
        answer = self._run("commit", *_named(claim), output, fields, json.dumps(following), items_done, verdict)
        return bool(answer == "ok")

    def fail(
        self, claim: Claim, reason: str, *, backoff_s: float = 0.0, final: bool = False, machine: bool = False
    ) -> str:
        kind = "machine" if machine else "work"
        return str(self._run("fail", *_named(claim), reason, _ms(backoff_s), int(final), kind))

    def hand_back(self, claim: Claim) -> bool:
        return bool(self._run("hand_back", *_named(claim)) == "queued")

    def report_death(self, unit: UnitId, process: str) -> bool:
        return bool(self._run("report_death", unit.job_id, unit.stage, unit.shard, process))

    def reconcile(self, most: int = 500, *, grace_s: float = 0.0) -> list[str]:
        return list(self._run("reconcile", most, grace_s))

    def hand_out(self) -> list[DueUnit]:
        flat = self._run("hand_out", _ms(REARM_S), SENDS_PER_FREE_SLOT)
        groups = zip(flat[0::4], flat[1::4], flat[2::4], flat[3::4], strict=True)
        return [DueUnit(UnitId(job, stage, shard), queue) for job, stage, shard, queue in groups]

    # -- views --------------------------------------------------------------------------------------------------

    def standing(self, job_id: str) -> Standing:
        return self.look(job_id)[1]

    def look(self, job_id: str) -> tuple[JobRecord, Standing]:
        with self._translated():
            pipe = self._client.pipeline(transaction=True)
            pipe.hmget(self._key("job", job_id), ["record", "cancelled", "halted", "verdict", "plan"])
            for stage in Stage:
                pipe.hmget(self._key("stage", job_id, stage), _STATES)
            (record, cancelled, halted, verdict, plan), *rest = pipe.execute()
        if plan is None:
            raise _unknown(job_id)
        stages: dict[Stage, StageCounts] = {}
        for stage, counts in zip(Stage, rest, strict=True):
            queued, running, done, aside = (int(count or 0) for count in counts)
            stages[stage] = StageCounts(queued + running, running, done, aside)
        halt = json.loads(halted) if halted else {}
        needed = {json.loads(plan)["stages"][stage]["queue"] for stage in ON_ACCELERATOR if stages[stage].pending}
        return JobRecord.model_validate_json(record), Standing(
            stages=stages,
            cancelled=cancelled is not None,
            halted_stage=str(halt.get("stage", "")),
            halted_reason=str(halt.get("reason", "")),
            verdict=verdict or "",
            accelerator_free=all(self._served(queue) for queue in needed),
            accelerator_need=", ".join(f"no live worker serves {queue}" for queue in sorted(needed)),
        )

    def _served(self, queue: str) -> bool:
        with self._translated():
            return bool(self._client.zcount(self._key("slots", queue), _now_ms(self._client.time()), "+inf"))

    def view(self, job_id: str) -> JobView:
        with self._translated():
            pipe = self._client.pipeline(transaction=True)
            pipe.time()
            pipe.hget(self._key("job", job_id), "record")
            pipe.hgetall(self._key("live", job_id))
            pipe.hgetall(self._key("spent", job_id))
            pipe.hvals(self._key("held", job_id))
            for stage in Stage:
                pipe.hgetall(self._key("stage", job_id, stage))
                pipe.hgetall(self._key("tally", job_id, stage))
                pipe.zrange(self._key("aside", job_id, stage), 0, MOST_FAULTS_SHOWN - 1)
                pipe.zrange(self._key("queued", job_id, stage), 0, 0, withscores=True)
                pipe.zcard(self._key("queued", job_id, stage))
            time, record, live, spent, held, *rest = pipe.execute()
        if record is None:
            raise _unknown(job_id)
        now_ms = _now_ms(time)
        stages: dict[Stage, StageView] = {}
        for index, stage in enumerate(Stage):
            totals, tally, aside, soonest, unsent = rest[index * 5 : index * 5 + 5]
            count = {field: int(value) for field, value in totals.items() if field != "queue"}
            queued, running = count.get("queued", 0), count.get("running", 0)
            names = sorted(name for name in live if name.startswith(f"{stage}:"))
            holds = {name.split(":", 1)[1]: json.loads(live[name]) for name in names}
            waiting = _silence(holds, now_ms) if holds else Waiting()
            if not running and unsent and unsent == queued and soonest[0][1] > now_ms:
                shard, due_ms = soonest[0]
                reason = self._errors(job_id, stage, [shard])[shard]
                waiting = Waiting(shard=shard, retry_in_s=(due_ms - now_ms) / 1000.0, retry_reason=reason)
            beats = [hold["progress"] for hold in holds.values() if "progress" in hold]
            stages[stage] = StageView(
                stage=stage,
                units=count.get("units", 0),
                pending=queued + running,
                running=running,
                done=count.get("done", 0),
                set_aside=count.get("aside", 0),
                items=count.get("items", 0),
                items_done=count.get("items_done", 0),
                started_ms=count.get("started_ms", 0),
                ended_ms=count.get("ended_ms", 0) if not queued + running else 0,
                tallies=_tallies(tally),
                live=[Progress(beat["done"], beat["total"], beat["figures"]) for beat in beats],
                faults=self._errors(job_id, stage, aside),
                waiting=waiting,
            )
        return JobView(JobRecord.model_validate_json(record), stages, now_ms, _spent(spent, held))

    def _errors(self, job_id: str, stage: Stage, shards: Sequence[str]) -> dict[str, str]:
        """Shard -> why it failed last."""
        if not shards:
            return {}
        with self._translated():
            texts = cast(list["str | None"], self._client.hmget(self._key("units", job_id, stage), list(shards)))
        return {shard: _unit(text or "{}").get("error", "") for shard, text in zip(shards, texts, strict=True)}

    def outputs(self, job_id: str) -> Outputs:
        self.job(job_id)
        outputs: dict[Stage, tuple[str, ...]] = {}
        for stage in Stage:
            with self._translated():
                # Piece by piece, so that a large job holds nobody up; a finished unit does not change any more.
                found = self._client.hscan_iter(self._key("units", job_id, stage), count=_UNITS_A_READ)
                units = {shard: _unit(text) for shard, text in found}
            done = sorted(shard for shard, unit in units.items() if unit.get("state") == "done")
            outputs[stage] = tuple(units[shard]["output"] for shard in done)
        return outputs

    def health(self) -> ClusterHealth:
        workers = self.workers()
        with self._translated():
            pipe = self._client.pipeline(transaction=False)
            pipe.time()
            pipe.smembers(self._key("queues"))
            pipe.get(self._key("reconciled"))
            time, known, reconciled = pipe.execute()
            now_ms = _now_ms(time)
            queues = sorted(known | {queue for worker in workers for queue in worker.queues})
            flat = [json.loads(self._run("queue_health", queue)) for queue in queues]
            lapsed = self._client.zrange(
                self._key("leases"),
                "-inf",
                now_ms,
                byscore=True,
                withscores=True,
            )
        found = []
        for queue, counts in zip(queues, flat, strict=True):
            serving = [worker for worker in workers if queue in worker.queues]
            if serving or any(counts[what] for what in ("waiting", "sent", "running")):
                found.append(
                    QueueHealth(
                        queue=queue,
                        queued=counts["due"],
                        sent=counts["sent"],
                        oldest_sent_s=(now_ms - counts["oldest"]) / 1000.0 if counts["sent"] else None,
                        running=counts["running"],
                        slots=sum(worker.slots for worker in serving),
                        workers=tuple(worker.name for worker in serving),
                        held=counts["held"],
                    )
                )
        return ClusterHealth(
            now_ms=now_ms,
            queues=tuple(found),
            lapsed=tuple(
                LapsedLease(UnitId(*name.split(":", 2)), (now_ms - ends) / 1000.0) for name, ends in cast(Any, lapsed)
            ),
            reconciled_s_ago=(now_ms - int(reconciled)) / 1000.0 if reconciled else None,
            server=self._server_facts(),
        )

    def _server_facts(self) -> ServerFacts:
        with self._translated():
            pipe = self._client.pipeline(transaction=False)
            pipe.info("persistence")
            pipe.info("memory")
            # Hosted servers often forbid CONFIG; INFO tells all but the schedule of snapshots.
            pipe.config_get("save")
            persistence, memory, config = pipe.execute(raise_on_error=False)
        for answer in (persistence, memory):
            if isinstance(answer, Exception):
                raise answer
        return ServerFacts(
            loading=bool(persistence["loading"]),
            aof_enabled=bool(persistence["aof_enabled"]),
            aof_last_write_ok=persistence["aof_last_write_status"] == "ok",
            rdb_save=config.get("save") if isinstance(config, dict) else None,
            maxmemory_bytes=int(memory["maxmemory"]),
            maxmemory_policy=str(memory["maxmemory_policy"]),
            used_memory_bytes=int(memory["used_memory"]),
        )

    def _fields(self, job_id: str, stage: Stage, shards: Sequence[str], field: str) -> list[str]:
        if not shards:
            return []
        pipe = self._client.pipeline(transaction=False)
        for shard in shards:
            pipe.hget(self._key("unit", job_id, stage, shard), field)
        return [value or "" for value in pipe.execute()]

    def events(self, job_id: str, after: str = "0", block_s: float = 0.0) -> list[LedgerEvent]:
        with self._translated():
            answer = self._client.xread(
                {self._key("events", job_id): after}, count=500, block=_ms(block_s) if block_s > 0 else None
            )
        entries = cast(Any, answer)[0][1] if answer else []
        return [LedgerEvent(entry_id, **fields) for entry_id, fields in entries]

    # -- workers ------------------------------------------------------------------------------------------------

    def register(self, worker: WorkerInfo, ttl_s: float) -> None:
        with self._translated():
            expiry = _now_ms(self._client.time()) + _ms(ttl_s)
            earlier = self._announced(worker.name)
            pipe = self._client.pipeline(transaction=True)
            self._forget_slots(pipe, earlier)
            stamped = worker.model_copy(update={"announced_ms": expiry - _ms(ttl_s)})
            pipe.set(self._key("worker", worker.name), stamped.model_dump_json(), px=_ms(ttl_s))
            pipe.sadd(self._key("workers"), worker.name)
            for queue in worker.queues:
                pipe.zadd(self._key("slots", queue), {f"{worker.name}|{worker.slots}": expiry})
            pipe.execute()

    def unregister(self, name: str) -> None:
        with self._translated():
            earlier = self._announced(name)
            pipe = self._client.pipeline(transaction=True)
            self._forget_slots(pipe, earlier)
            pipe.delete(self._key("worker", name))
            pipe.srem(self._key("workers"), name)
            pipe.execute()

    def _announced(self, name: str) -> WorkerInfo | None:
        text = cast("str | None", self._client.get(self._key("worker", name)))
        return WorkerInfo.model_validate_json(text) if text else None

    def _forget_slots(self, pipe: redis.client.Pipeline, worker: WorkerInfo | None) -> None:
        if worker is not None:
            for queue in worker.queues:
                pipe.zrem(self._key("slots", queue), f"{worker.name}|{worker.slots}")

    def workers(self) -> list[WorkerInfo]:
        with self._translated():
            names = sorted(cast(set[str], self._client.smembers(self._key("workers"))))
            if not names:
                return []
            texts = cast(list["str | None"], self._client.mget([self._key("worker", name) for name in names]))
            gone = [name for name, text in zip(names, texts, strict=True) if text is None]
            if gone:
                self._client.srem(self._key("workers"), *gone)
        return [WorkerInfo.model_validate_json(text) for text in texts if text]

    def workers_elsewhere(self) -> dict[str, list[str]]:
        """Key prefix -> names of the live workers of other deployments on this server; looks through all keys."""
        found = {}
        with self._translated():
            for key in self._client.scan_iter(match="*workers", count=1000, _type="set"):
                prefix = str(key).removesuffix("workers")
                names = sorted(cast(set[str], self._client.smembers(key)))
                live = [name for name in names if self._client.exists(f"{prefix}worker:{name}")]
                if live and prefix != self._prefix:
                    found[prefix] = live
        return found

    def take_turn(self, limit: Limit, ticket: str, lease_s: float) -> Wait | None:
        reason, wait_ms = self._run(
            "take_turn", limit.group, ticket, spacing_ms(limit.interval_s), limit.connections, _ms(lease_s),
            START_WITHIN_MS, LOOK_AGAIN_MS,
        )  # fmt: skip
        return Wait(reason, float(wait_ms) / 1000.0) if reason else None

    def turn_started(self, group: str, ticket: str, late_s: float) -> None:
        self._run("turn_started", group, ticket, math.ceil(late_s * 1000))

    def end_turn(self, group: str, ticket: str) -> bool:
        return bool(self._run("end_turn", group, ticket))

    def rest(self, group: str, seconds: float) -> None:
        self._run("rest", group, _ms(seconds))

    def reserve(self, job_id: str, ticket: str, most: Amount, budget: Amount, lease_s: float) -> ReserveAnswer:
        answer = self._run(
            "reserve", job_id, ticket, most.tokens, most.usd_micros, budget.tokens, budget.usd_micros, _ms(lease_s)
        )
        return cast(ReserveAnswer, answer)

    def charge(self, job_id: str, ticket: str, amount: Amount) -> bool:
        return bool(self._run("charge", job_id, ticket, amount.tokens, amount.usd_micros, REMEMBER_CHARGE_MS))

    def spent_at_least(self, job_id: str, amount: Amount) -> None:
        self._run("spent_at_least", job_id, amount.tokens, amount.usd_micros)


def _ms(seconds: float) -> int:
    return int(seconds * 1000)


def _now_ms(time: Any) -> int:
    """What TIME answers, in milliseconds."""
    seconds, micros = time
    return int(seconds) * 1000 + int(micros) // 1000


def _unknown(job_id: str) -> UnknownJob:
    return UnknownJob(f"No job {job_id!r} here.", next_step="`finetune jobs` lists what there is.")


def _silence(holds: Mapping[str, Mapping[str, Any]], now_ms: int) -> Waiting:
    """The running unit that was silent longest; of equals the first."""
    shard, silent = min(holds.items(), key=lambda each: int(each[1]["at"]))
    silent_s, lapsing_in_s = (now_ms - silent["at"]) / 1000.0, (silent["until"] - now_ms) / 1000.0
    return Waiting(shard=shard, owner=silent["owner"], silent_s=silent_s, lapsing_in_s=lapsing_in_s)


def _spent(fields: Mapping[str, str], holds: Sequence[str]) -> Spent:
    """What the hash of the job's spending and the texts of its reservations say (``scripts/reserve.lua``)."""
    amount = Amount(int(fields.get("tokens", 0)), int(fields.get("usd_micros", 0)))
    held = [[int(number) for number in hold.split()] for hold in holds]
    return Spent(amount, Amount(sum(hold[0] for hold in held), sum(hold[1] for hold in held)), "refused_ms" in fields)


def _named(claim: Claim) -> tuple[str, str, str, str]:
    return claim.unit.job_id, claim.unit.stage, claim.unit.shard, claim.owner


def _new_unit(plan: UnitPlan) -> str:
    """The text of a new unit, as ``scripts/units.lua`` describes it."""
    given = {name: value for name, value in (("inputs", plan.inputs), ("params", plan.params)) if value}
    parts = ({"items": plan.items} if plan.items else {}, *([given] if given else []))
    return "\n".join(json.dumps(part, separators=(",", ":")) for part in parts)


def _unit(text: str) -> dict[str, Any]:
    """What happened to a unit, read from its text (``scripts/units.lua``); fields that are as at first are absent."""
    return cast(dict[str, Any], json.loads(text.partition("\n")[0]))


def _plan_for_scripts(plan: Plan, priority: int) -> str:
    """The part of the plan that the scripts decide by, stages by name."""
    return json.dumps(
        {
            "stages": {stage.stage: {"queue": stage.queue, "required": stage.required} for stage in plan.stages},
            "joins": [join.model_dump(mode="json") for join in plan.joins],
            "priority": priority,
            "max_failed_share": plan.max_failed_share,
            "work_attempts": plan.work_attempts,
            "machine_attempts": plan.machine_attempts,
        }
    )


def _tally_fields(tallies: Mapping[str, Tally]) -> dict[str, int]:
    fields: dict[str, int] = {}
    for noun, tally in tallies.items():
        fields[f"{noun}|received"] = tally.received
        fields[f"{noun}|kept"] = tally.kept
        fields |= {f"{noun}|rejected|{reason}": count for reason, count in tally.rejected.items()}
        fields |= {f"{noun}|failed|{reason}": count for reason, count in tally.failed.items()}
    return fields


def _tallies(fields: Mapping[str, str]) -> dict[str, Tally]:
    parts: dict[str, dict[str, Any]] = {}
    for field, count in sorted(fields.items()):
        noun, kind, *reason = field.split("|")
        tally = parts.setdefault(noun, {"rejected": {}, "failed": {}})
        if reason:
            tally[kind][reason[0]] = int(count)
        else:
            tally[kind] = int(count)
    return {noun: Tally(**tally) for noun, tally in parts.items()}
