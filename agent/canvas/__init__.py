"""How a job's tasks are joined: the plan as plain data, its maker, and the messages that hint at due units."""
