"""Celery settings of every worker, each that differs from the default with its reason."""

from __future__ import annotations

from agent.canvas.transport import broker_settings
from agent.contract import Pool
from agent.settings import Settings

_settings = Settings()
globals().update(broker_settings(_settings.broker_url, _settings.key_prefix))

imports = tuple(f"workers.{pool}.tasks" for pool in Pool)

# A message is a hint: acknowledged late, so that a worker that dies at once leaves it for another; the ledger refuses
# the copies that this brings about.
task_acks_late = True
# One message per slot: work stays with the ledger, which knows who is free, instead of in a busy worker's pocket.
worker_prefetch_multiplier = 1
# Flower asks workers for their events itself, again and again, while it is there; without a watcher they cost the main
# process a third of its time. They carry names, state and arguments; arguments are unit names and hold no secret.
worker_send_task_events = False
# Watchers that went away must not fill the server.
event_queue_ttl = 5.0
# The ledger decides about a unit whose link broke; killing the run would throw work away.
worker_cancel_long_running_tasks_on_connection_loss = False
# Our own format, with the process and the unit where there is one.
worker_hijack_root_logger = True
worker_log_format = "%(asctime)s %(levelname)s %(processName)s %(name)s: %(message)s"
worker_task_log_format = worker_log_format
