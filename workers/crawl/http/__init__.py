"""The one polite way to the network: who we are, where we may go, how often, and what comes back."""
