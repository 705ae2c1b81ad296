"""Read OpenPGP keys and signatures."""
