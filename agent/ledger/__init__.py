"""The ledger, the truth about jobs: its contract, the server one (Lua scripts) and the one in memory."""
