"""The window around the pages: sidebar, banners, toasts, and what happens when server or session go away."""
