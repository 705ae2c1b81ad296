"""Find out for ``lock`` what boxes get, and compare it with the lock as written."""
