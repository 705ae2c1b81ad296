"""What ``bundle`` is made of: fetched files, a signed apt repository, a wheel house, a tar."""
