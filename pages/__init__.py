"""What is seen: one screen each beside this file, drawn by shell.py; never run by itself."""
