"""What runs a unit in a worker: claim, heartbeat, commit; knows no Celery."""
