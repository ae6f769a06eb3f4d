"""Lâm Đồng Post's hand-over desk: the application.

Everything that listens, renders, schedules or reads a setting is here; the
three packages beside it hold what is true about dossiers, roads and messages.
"""
