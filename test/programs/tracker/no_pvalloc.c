// Stands for a libc without pvalloc, such as musl. The symbol that dlsym finds here is null.
__asm__(
    ".globl pvalloc\n"
    ".type pvalloc, @function\n"
    ".set pvalloc, 0\n");
