"""JupyterLab on loopback, started at boot, with a kernel per framework."""
