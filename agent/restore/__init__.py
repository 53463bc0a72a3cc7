"""Brings a job back that the server lost: its record and its finished units are read from the artifact store."""

from agent.restore.choose import Choice, choose
from agent.restore.replay import replay
from agent.restore.spending import spent_before
from agent.restore.stored import Shelf, StoredJob, agree_on_record, keep_record, read_shelf, stored_jobs, stored_record

__all__ = [
    "Choice",
    "Shelf",
    "StoredJob",
    "agree_on_record",
    "choose",
    "keep_record",
    "read_shelf",
    "replay",
    "spent_before",
    "stored_jobs",
    "stored_record",
]
