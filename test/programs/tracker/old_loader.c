// A loader that cannot be asked whose code an address is in: there is no such function in glibc
// before 2.35, nor in musl. What dlsym finds here is null.
__asm__(
    ".globl _dl_find_object\n"
    ".type _dl_find_object, @function\n"
    ".set _dl_find_object, 0\n");
