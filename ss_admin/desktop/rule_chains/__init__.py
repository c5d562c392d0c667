"""The rule chains that partners call."""
