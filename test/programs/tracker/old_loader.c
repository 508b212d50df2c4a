// Stands for a loader that cannot be asked for the module of an address. glibc before 2.35 and musl
// have no such function. The symbol that dlsym finds here is null.
__asm__(
    ".globl _dl_find_object\n"
    ".type _dl_find_object, @function\n"
    ".set _dl_find_object, 0\n");
