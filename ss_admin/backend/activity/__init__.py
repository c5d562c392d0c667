"""Activity: the audit trail."""
