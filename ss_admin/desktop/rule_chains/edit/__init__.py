"""“Edit Rulechain”: name, switches, picture and JSON of a chain, and saving them without losing anything."""
