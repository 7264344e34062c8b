"""Who may use the platform, and who did what."""
