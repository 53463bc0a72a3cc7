"""The command ``finetune``: one file a command under ``commands/``, each imported only when it is used."""
