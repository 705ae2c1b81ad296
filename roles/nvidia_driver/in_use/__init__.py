"""Who holds the GPU, and how the driver is changed under it without hurting anybody's work."""
