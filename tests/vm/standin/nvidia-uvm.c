// SPDX-License-Identifier: MIT
/* Stands on nvidia.c, as NVIDIA's nvidia_uvm does, so that the kernel counts it there. */
#include <linux/module.h>

void nvidia_standin(void);

static int __init standin_init(void)
{
	nvidia_standin();
	return 0;
}

static void __exit standin_exit(void)
{
}

module_init(standin_init);
module_exit(standin_exit);
MODULE_DESCRIPTION("Stand-in for NVIDIA's UVM");
MODULE_VERSION(STANDIN_VERSION);
MODULE_LICENSE("Dual MIT/GPL");
