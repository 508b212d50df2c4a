#ifndef STAGEPROF_TRACKER_STACKS_X64_OPCODES_H_
#define STAGEPROF_TRACKER_STACKS_X64_OPCODES_H_

namespace stageprof_tracker {

// What follows an opcode. One letter for each opcode of a map:
//   .  nothing            M  ModRM
//   b  8 bits             B  ModRM, 8 bits
//   w  16 bits            e  16 bits, 8 bits (enter)
//   z  32 bits, or 16 after the prefix 66
//   Z  ModRM and z        v  z, or 64 bits with REX.W
//   j  8 bits, relative   J  32 bits, relative
//   o  an address: 64 bits, or 32 after the prefix 67
//   t  ModRM, and 8 bits if it is `test`      T  the same with z
//   x  no instruction in 64-bit mode          p  a prefix, or the start of another map
constexpr char kOneByte[] =
    "MMMMbzxx"  // 00
    "MMMMbzxp"
    "MMMMbzxx"  // 10
    "MMMMbzxx"
    "MMMMbzpx"  // 20
    "MMMMbzpx"
    "MMMMbzpx"  // 30
    "MMMMbzpx"
    "pppppppp"  // 40
    "pppppppp"
    "........"  // 50
    "........"
    "xxpMpppp"  // 60
    "zZbB...."
    "jjjjjjjj"  // 70
    "jjjjjjjj"
    "BZxBMMMM"  // 80
    "MMMMMMMM"
    "........"  // 90
    "..x....."
    "oooo...."  // A0
    "bz......"
    "bbbbbbbb"  // B0
    "vvvvvvvv"
    "BBw.ppBZ"  // C0
    "e.w..bx."
    "MMMMxxx."  // D0
    "MMMMMMMM"
    "jjjjbbbb"  // E0
    "JJxj...."
    "p.pp..tT"  // F0
    "......MM";

constexpr char kTwoBytes[] =
    "MMMMx..."  // 00
    "..x.xM.B"
    "MMMMMMMM"  // 10
    "MMMMMMMM"
    "MMMMxxxx"  // 20
    "MMMMMMMM"
    "......x."  // 30
    "pxpxxxxx"
    "MMMMMMMM"  // 40
    "MMMMMMMM"
    "MMMMMMMM"  // 50
    "MMMMMMMM"
    "MMMMMMMM"  // 60
    "MMMMMMMM"
    "BBBBMMM."  // 70
    "MMxxMMMM"
    "JJJJJJJJ"  // 80
    "JJJJJJJJ"
    "MMMMMMMM"  // 90
    "MMMMMMMM"
    "...MBMMM"  // A0
    "...MBMMM"
    "MMMMMMMM"  // B0
    "MMBMMMMM"
    "MMBMBBBM"  // C0
    "........"
    "MMMMMMMM"  // D0
    "MMMMMMMM"
    "MMMMMMMM"  // E0
    "MMMMMMMM"
    "MMMMMMMM"  // F0
    "MMMMMMMM";

static_assert(sizeof kOneByte == 257 && sizeof kTwoBytes == 257, "one letter for each opcode");

}  // namespace stageprof_tracker

#endif  // STAGEPROF_TRACKER_STACKS_X64_OPCODES_H_
