"""Pure: rows and words become charts. Nothing here knows a screen."""
