"""``python -m agent.cli``: the same as ``finetune``, where the console script is not on the path."""

from agent.cli.main import main

main()
