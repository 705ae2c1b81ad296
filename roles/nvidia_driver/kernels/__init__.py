"""Every kernel that can boot has a module that fits, or cannot become the boot default."""
