"""The worker pools: crawl, parse, generate, train, and control."""
