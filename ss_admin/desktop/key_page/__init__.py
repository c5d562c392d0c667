"""A key's page: what it is, how it is used, what is wrong with it, and what was done to it."""
