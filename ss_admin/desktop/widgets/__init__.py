"""The building blocks of every screen: fields, buttons, notices, dialogs. They know the theme, nothing else."""
