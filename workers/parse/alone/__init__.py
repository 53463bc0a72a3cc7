"""The parse stage by itself, on files of this machine: what ``finetune parse`` runs."""
