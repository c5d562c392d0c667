"""The building blocks of every screen: fields, buttons, notices, dialogs, lists."""
