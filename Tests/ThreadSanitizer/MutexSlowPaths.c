// Tells the thread sanitizer of a Mutex that had to be waited for. The fast paths of Synchronization.Mutex are compiled into
// its user and seen; the slow ones are in the runtime, which is not compiled for the sanitizer, and the kernel hands the lock
// over there (stdlib/public/Synchronization/Mutex/LinuxImpl.swift). Unseen, every Mutex under contention is a false alarm.
//
// These symbols stand in front of the runtime's own. In any other build the file is empty.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

// RTLD_NEXT.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT_CALL __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT_CALL void lock_slow(uint32_t thread, SWIFT_SELF void *mutex) __asm__(LOCK);
SWIFT_CALL _Bool try_lock_slow(SWIFT_SELF void *mutex) __asm__(TRY_LOCK);
SWIFT_CALL void unlock_slow(SWIFT_SELF void *mutex) __asm__(UNLOCK);

static void *original(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    // Another toolchain: the names have to be looked up anew.
    if (found == NULL) abort();
    return found;
}

SWIFT_CALL void lock_slow(uint32_t thread, SWIFT_SELF void *mutex) {
    SWIFT_CALL void (*lock)(uint32_t, SWIFT_SELF void *) = original(LOCK);
    lock(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT_CALL _Bool try_lock_slow(SWIFT_SELF void *mutex) {
    SWIFT_CALL _Bool (*try_lock)(SWIFT_SELF void *) = original(TRY_LOCK);
    _Bool is_locked = try_lock(mutex);
    if (is_locked) __tsan_acquire(mutex);
    return is_locked;
}

SWIFT_CALL void unlock_slow(SWIFT_SELF void *mutex) {
    SWIFT_CALL void (*unlock)(SWIFT_SELF void *) = original(UNLOCK);
    __tsan_release(mutex);
    unlock(mutex);
}

#endif
#endif
