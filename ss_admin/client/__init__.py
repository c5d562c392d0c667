"""The admin API in Python: one module per feature, no Qt."""
