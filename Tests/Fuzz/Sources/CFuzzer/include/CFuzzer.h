#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's loop, from the compiler's libclang_rt.fuzzer_no_main. Documented in LLVM's "Using libFuzzer as a library".
/// It may rewrite the arguments; `callback` returns 0.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
