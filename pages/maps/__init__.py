"""Pure: rows become layers, views and pictures. Nothing here knows a screen."""
