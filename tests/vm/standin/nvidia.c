// SPDX-License-Identifier: MIT
/* Stands in for NVIDIA's module: its name, a version, and a node whose opening holds the module. */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>

static const struct file_operations standin_fops = {
	.owner = THIS_MODULE, /* what makes the kernel count every opening */
};

static struct miscdevice standin_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "nvidia0",
	.fops = &standin_fops,
	.mode = 0666,
};

/* For nvidia-uvm.c, which stands on this one. */
void nvidia_standin(void);
void nvidia_standin(void)
{
}
EXPORT_SYMBOL(nvidia_standin);

module_misc_device(standin_device);
MODULE_DESCRIPTION("Stand-in for the NVIDIA driver");
MODULE_VERSION(STANDIN_VERSION);
MODULE_LICENSE("Dual MIT/GPL");
