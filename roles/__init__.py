"""One folder per thing a deep-learning box can have."""
