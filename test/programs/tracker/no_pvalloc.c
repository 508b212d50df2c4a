// A libc without pvalloc, as musl is: what dlsym finds here is null.
__asm__(
    ".globl pvalloc\n"
    ".type pvalloc, @function\n"
    ".set pvalloc, 0\n");
