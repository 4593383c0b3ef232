"""What every screen shares: the frame around it, layout, status marks, tables, errors."""
