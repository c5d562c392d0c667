"""The list of rule chains: its columns, cells, menu, and what is done to one chain from there."""
