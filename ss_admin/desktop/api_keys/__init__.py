"""API Keys Management: the list, the editors, the secret, deleting."""
