"""The keys and chains that this process knows: one dictionary look-up for a call, kept right by the change feed."""
