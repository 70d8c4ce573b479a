/* Android's C library as far as TensorFlow Lite's library asks for it, on top of glibc.
 *
 * libtensorflowlite_jni.so of the AAR is linked against Android's libc.so, libm.so, libdl.so and
 * liblog.so, and asks for their functions in the version "LIBC". This one library goes by all
 * four names. Most functions are the same in both C libraries and are passed on; what differs
 * (numbers, sizes, objects) is translated below. A function that a newer library asks for and
 * this lacks stops the loader, which names it.
 *
 * For tests on Linux alone: on a phone, Android's own C library is there.
 */
#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <malloc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The symbol `name` in the version LIBC is our function of the name android_`name`. The single @
 * makes it invisible to whoever asks without a version, so that `name` here still is glibc's. */
#define EXPORT(name) __asm__(".symver android_" #name ", " #name "@LIBC")

/* Passed on by a jump and not by a call: arguments are left as they are, whatever they are, and
 * dlsym, which looks at who called it, sees the library. */
#if defined(__aarch64__)
#define JUMP(target) "adrp x16, :got:" target "\n ldr x16, [x16, :got_lo12:" target "]\n br x16\n"
#elif defined(__x86_64__)
#define JUMP(target) "jmp *" target "@GOTPCREL(%rip)\n"
#else
#error "this shim knows arm64 and x86-64"
#endif
#define PASS_TO(name, target)                                      \
    __asm__(".text\n .globl android_" #name "\n"                   \
            ".type android_" #name ", %function\n"                 \
            "android_" #name ":\n" JUMP(#target)                   \
            ".size android_" #name ", . - android_" #name "\n"     \
            ".symver android_" #name ", " #name "@LIBC\n")
#define PASS(name) PASS_TO(name, name)

PASS(abort); PASS(__cxa_atexit); PASS(__cxa_finalize); PASS(exit); PASS(__stack_chk_fail);
PASS(bsearch); PASS(getauxval); PASS(getenv); PASS(getuid); PASS(qsort);
PASS_TO(__errno, __errno_location);

/* memory */
PASS(calloc); PASS(free); PASS(malloc); PASS(posix_memalign); PASS(realloc); PASS(getpagesize);
PASS(madvise); PASS(mmap); PASS(mprotect); PASS(mremap); PASS(munmap);

/* strings and numbers */
PASS(memchr); PASS(memcmp); PASS(memcpy); PASS(memmove); PASS(__memmove_chk); PASS(memset);
PASS(strcmp); PASS(strerror); PASS(strlen); PASS(strncmp); PASS(strncpy); PASS(strnlen);
PASS(strtod); PASS(strtol); PASS(strtoll_l); PASS(strtoull_l);
PASS(snprintf); PASS(vasprintf); PASS(vsnprintf); PASS(__vsnprintf_chk);
PASS(freelocale); PASS(newlocale);
PASS_TO(strerror_r, __xpg_strerror_r); /* POSIX's, which gives a number */

/* mathematics */
PASS(atan2); PASS(atan2f); PASS(cos); PASS(cosf); PASS(erfcf); PASS(exp); PASS(expf);
PASS(expm1f); PASS(fmodf); PASS(frexp); PASS(hypot); PASS(hypotf); PASS(ldexp); PASS(log);
PASS(log1p); PASS(logf); PASS(nanf); PASS(pow); PASS(powf); PASS(sincos); PASS(sincosf);
PASS(sinf); PASS(tanhf);

/* files, time, the loader */
PASS(close); PASS(flock); PASS(fopen); PASS(fstat); PASS(fsync); PASS(open); PASS(__open_2);
PASS(read); PASS(__read_chk); PASS(rename); PASS(write); PASS(syscall);
PASS(clock_gettime); PASS(nanosleep); PASS(time);
PASS(closelog); PASS(openlog); PASS(syslog);
PASS(dlclose); PASS(dlerror); PASS(dl_iterate_phdr); PASS(dlopen); PASS(dlsym);

/* threads: what has the same size and alignment in both */
PASS(pthread_create); PASS(pthread_equal); PASS(pthread_join); PASS(pthread_self);
PASS(pthread_once); PASS(pthread_getspecific); PASS(pthread_setspecific);
PASS(pthread_key_create); PASS(pthread_key_delete);
PASS(pthread_mutex_destroy); PASS(pthread_mutex_lock); PASS(pthread_mutex_unlock);
PASS(pthread_rwlock_rdlock); PASS(pthread_rwlock_unlock); PASS(pthread_rwlock_wrlock);

/* XNNPACK of 2.16.1 asks for a multiple of 32 and, with AVX-512, loads by 64 from there. */
void *android_memalign(size_t multiple, size_t size) {
    return memalign(multiple < 64 ? 64 : multiple, size);
}
EXPORT(memalign);

/* A mutex has 40 bytes in Android and on arm64 48 in glibc, whose first 40 alone are used by a
 * plain one. glibc would clear all 48, and eight of its neighbour with them. */
enum { MUTEX_BYTES = 40 };

int android_pthread_mutex_init(void *mutex, const void *kind) {
    if (kind != NULL) return 22; /* EINVAL: Android's kinds are other numbers */
    memset(mutex, 0, MUTEX_BYTES);
    return 0;
}
EXPORT(pthread_mutex_init);

/* A condition variable begins at any multiple of four in Android; glibc's needs one of eight. So
 * this is another: a count of the signals, in the first word. Who waits sleeps until it moves. */
typedef struct { unsigned signals; } condition;

int android_pthread_cond_init(condition *it, const void *kind) {
    (void)kind;
    it->signals = 0;
    return 0;
}
EXPORT(pthread_cond_init);

int android_pthread_cond_destroy(condition *it) {
    (void)it;
    return 0;
}
EXPORT(pthread_cond_destroy);

static int wake(condition *it, int sleepers) {
    __atomic_fetch_add(&it->signals, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &it->signals, FUTEX_WAKE_PRIVATE, sleepers, NULL, NULL, 0);
    return 0;
}

int android_pthread_cond_signal(condition *it) { return wake(it, 1); }
EXPORT(pthread_cond_signal);

int android_pthread_cond_broadcast(condition *it) { return wake(it, INT_MAX); }
EXPORT(pthread_cond_broadcast);

int android_pthread_cond_wait(condition *it, pthread_mutex_t *mutex) {
    unsigned before = __atomic_load_n(&it->signals, __ATOMIC_ACQUIRE);
    int refused = pthread_mutex_unlock(mutex);
    if (refused) return refused;
    /* Returns at once where a signal came in between; to wake without one is allowed. */
    syscall(SYS_futex, &it->signals, FUTEX_WAIT_PRIVATE, before, NULL, NULL, 0);
    return pthread_mutex_lock(mutex);
}
EXPORT(pthread_cond_wait);

/* stdin, stdout and stderr are elements of an array in Android, and macros name them. */
typedef struct { char bytes[152]; } android_file;
android_file android___sF[3];
EXPORT(__sF);

static FILE *stream(void *file) {
    if (file == &android___sF[0]) return stdin;
    if (file == &android___sF[1]) return stdout;
    if (file == &android___sF[2]) return stderr;
    return file; /* fopen gave it */
}

int android_fclose(void *file) { return fclose(stream(file)); }
EXPORT(fclose);

int android_fflush(void *file) { return fflush(file ? stream(file) : NULL); }
EXPORT(fflush);

int android_fileno(void *file) { return fileno(stream(file)); }
EXPORT(fileno);

int android_fputc(int byte, void *file) { return fputc(byte, stream(file)); }
EXPORT(fputc);

size_t android_fread(void *to, size_t size, size_t count, void *file) {
    return fread(to, size, count, stream(file));
}
EXPORT(fread);

size_t android_fwrite(const void *from, size_t size, size_t count, void *file) {
    return fwrite(from, size, count, stream(file));
}
EXPORT(fwrite);

int android_vfprintf(void *file, const char *format, va_list values) {
    return vfprintf(stream(file), format, values);
}
EXPORT(vfprintf);

int android_fprintf(void *file, const char *format, ...) {
    va_list values;
    va_start(values, format);
    int count = vfprintf(stream(file), format, values);
    va_end(values);
    return count;
}
EXPORT(fprintf);

/* What the questions to sysconf are called by number in Android's <bits/sysconf.h>. */
long android_sysconf(int question) {
    switch (question) {
    case 0x27: case 0x28: return sysconf(_SC_PAGESIZE);
    case 0x60: return sysconf(_SC_NPROCESSORS_CONF);
    case 0x61: return sysconf(_SC_NPROCESSORS_ONLN);
    case 0x62: return sysconf(_SC_PHYS_PAGES);
    case 0x63: return sysconf(_SC_AVPHYS_PAGES);
    }
    fprintf(stderr, "bionic.c: sysconf(0x%x) is not translated\n", question);
    return -1;
}
EXPORT(sysconf);

size_t android___strlen_chk(const char *text, size_t room) {
    size_t length = strlen(text);
    if (length >= room) __builtin_trap(); /* as Android does: the end is not in its object */
    return length;
}
EXPORT(__strlen_chk);

/* The library asks for the version of Android alone: without one it takes it for too old to be
 * given XNNPACK. */
int android___system_property_get(const char *name, char *value) {
    strcpy(value, strcmp(name, "ro.build.version.sdk") ? "" : "34");
    return (int)strlen(value);
}
EXPORT(__system_property_get);

void android_android_set_abort_message(const char *message) {
    fprintf(stderr, "%s\n", message ? message : "aborted");
}
EXPORT(android_set_abort_message);

/* liblog: asked for without a version. */
int __android_log_vprint(int priority, const char *tag, const char *format, va_list values) {
    (void)priority;
    fprintf(stderr, "%s: ", tag);
    int count = vfprintf(stderr, format, values);
    fputc('\n', stderr);
    return count;
}
