"""How the project's own weights came to be. Needs torch, and time; nothing here runs in the app."""
