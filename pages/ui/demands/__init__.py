"""The queue: what the address asks for, the list, one demand beside it, and what may be done."""
