"""The parts of a bundle: downloaded files, a signed apt repository, a wheelhouse and a tar file."""
