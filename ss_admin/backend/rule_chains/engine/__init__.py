"""Runs rule chains: checks, compiled graphs, effects, and the processes for chains that may take long."""
