#include "textflag.h"

// func prlimit64(resource uintptr, old *[2]uint64) int64
TEXT ·prlimit64(SB), NOSPLIT, $0-24
	MOVQ $0, DI            // this process
	MOVQ resource+0(FP), SI
	MOVQ $0, DX            // no new limit
	MOVQ old+8(FP), R10
	MOVQ $302, AX          // prlimit64(2)
	SYSCALL
	MOVQ AX, ret+16(FP)
	RET
