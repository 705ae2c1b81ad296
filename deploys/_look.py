"""Look at a box: what it is, what it would get, what apt would do; nothing is changed."""

from pyinfra import host

from roles.box.deploy import look
from roles.nvidia_driver.simulate import would_install

planned = look()
if planned:
    would_install(host.name, planned)
