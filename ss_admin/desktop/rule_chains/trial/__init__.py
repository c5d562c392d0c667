"""Trying a rule chain out: a form made from its input schema, the run without effects, and what came of it."""
