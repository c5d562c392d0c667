"""Choosing the rule chains that a key is narrowed to: the search, the field, the chosen ones and their names."""
