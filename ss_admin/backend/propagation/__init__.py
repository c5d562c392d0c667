"""How changes to keys and chains reach every process that serves calls, and who has seen which."""
