"""The window around the features: sidebar, banner, toasts."""
