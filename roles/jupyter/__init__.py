"""JupyterLab on loopback, with a kernel per framework, from boot on."""
