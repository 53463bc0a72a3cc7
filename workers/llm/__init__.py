"""Language models behind OpenAI-compatible endpoints, for every pool that asks them"""
