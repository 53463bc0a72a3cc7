"""The demo: a small site on quantum computing, shipped as package data and served on loopback."""
