"""The Qt desktop app for administrators."""
