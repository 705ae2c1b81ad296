"""Every knob, with its default and meaning; a group, a host or --data overrides it."""

# --- box: A box, whichever roles it has: its identity, its facts, and how to change it.

# PCI ids of the box's GPUs, one per card, e.g. `["10de:1b06", "10de:1b06"]`. None: look on
# the PCI bus. Declare them for a machine image or a container; `[]` is a box without a GPU.
box_gpus = None

# --- base: The ground the other roles stand on: apt that waits, build tools, no sleep, dlbox's own folders.

# More packages of the distribution to install, by name.
base_packages = []

# File on the controller with extra CA certificates (PEM) that the box shall trust, as company
# networks need. None: nothing is added.
base_ca_bundle = None

# Seconds apt waits for the dpkg lock when something else, such as unattended-upgrades, holds
# it. 0: do not wait.
base_lock_timeout_s = 600

# Free disk (GB) a box must have before anything is installed. None: the plan's own need; 0:
# do not look.
base_min_free_gb = None

# Seconds the box's clock may differ from the controller's; TLS and apt fail beyond that.
base_max_clock_skew_s = 300

# --- nvidia_driver: The distribution's driver for the box's GPUs, and nothing that moves or replaces it.

# Kernel modules: "open" or "proprietary". None: what the cards and the branch ask for.
nvidia_driver_flavour = None

# Also install what an X or Wayland desktop needs. False: compute only, no X packages.
nvidia_driver_desktop = False

# --- cuda: One or more CUDA toolkits side by side, a working nvcc first in PATH.

# Toolkits to have side by side, e.g. `["12.4", "13.5"]`; the first is /usr/local/cuda. None:
# the distribution's own when the box has a GPU; `[]`: none.
cuda_versions = None

# --- cudnn: cuDNN's headers and libraries for people who compile.

# Headers and libraries for people who compile; frameworks bring their own. None: when the box
# has a CUDA toolkit.
cudnn_install = None

# --- nccl: NCCL's headers and library for people who compile.

# Library and headers; frameworks bring their own. None: when the box has two or more GPUs and
# a CUDA toolkit.
nccl_install = None

# --- frameworks: One venv per framework, wheels by hash, that fits the box's GPUs.

# Frameworks, one venv each under /opt/dlbox/venvs; "tensorflow" brings Keras.
frameworks_names = ["pytorch", "tensorflow"]

# --- jupyter: JupyterLab on loopback, with a kernel per framework, from boot on.

# JupyterLab as a service, on loopback only; reach it through an SSH tunnel.
jupyter_install = True

# Ordinary user it runs as and whose home it serves; made, without a password, if missing.
jupyter_user = "jupyter"

# TCP port on 127.0.0.1.
jupyter_port = 8888
