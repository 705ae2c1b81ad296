"""How ``lock`` finds out what boxes get, and compares it with what is written."""
