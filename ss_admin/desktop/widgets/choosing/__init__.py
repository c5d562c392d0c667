"""Choosing among thousands by typing: the search, the list that unfolds below its field, and how its rows look."""
