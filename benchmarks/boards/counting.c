/* A plugin of QEMU's user mode that counts the guest's instructions between two marks.
 *
 *     qemu-aarch64 -plugin counting.so,marks=FILE ...
 *
 * The guest makes a mark by getpriority(0x4d41524b, TAG), which no kernel knows and which
 * changes nothing; FILE gets a line of TAG and of all instructions until then. Counts are those
 * of one thread: of several that run at once some are lost.
 *
 * Copyright (C) 2026 The cxr-edge authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of the
 * GNU General Public License as published by the Free Software Foundation; either version 2 of
 * the License, or (at your option) any later version. It comes WITHOUT ANY WARRANTY; see the
 * GNU General Public License for more details.
 *
 * It becomes part of QEMU when that loads it, and so has QEMU's licence. Nothing else of this
 * project is linked with it.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Of QEMU's plugin interface, version 1, what is called here. */
typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_info;
enum { ADD = 0 };
typedef void translated_cb(plugin_id, struct qemu_plugin_tb *);
typedef void syscall_cb(plugin_id, unsigned cpu, int64_t number, uint64_t, uint64_t, uint64_t,
                        uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated_cb *);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, syscall_cb *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int, void *, uint64_t);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);

#define EXPORT __attribute__((visibility("default")))
enum { MARK = 0x4d41524b, AARCH64 = 141, ARMV7 = 96 };

EXPORT int qemu_plugin_version = 1;
static uint64_t count;
static FILE *marks;

static void translated(plugin_id self, struct qemu_plugin_tb *block) {
    (void)self;
    /* Added without a call, each time that the block runs. */
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &count, qemu_plugin_tb_n_insns(block));
}

static void called(plugin_id self, unsigned cpu, int64_t number, uint64_t which, uint64_t tag,
                   uint64_t c, uint64_t d, uint64_t e, uint64_t f, uint64_t g, uint64_t h) {
    (void)self, (void)cpu, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h;
    if ((number != AARCH64 && number != ARMV7) || (uint32_t)which != MARK) return;
    fprintf(marks, "%" PRIu32 " %" PRIu64 "\n", (uint32_t)tag, count);
    fflush(marks);
}

EXPORT int qemu_plugin_install(plugin_id self, const struct qemu_info *info, int words,
                               char **word) {
    (void)info;
    if (words != 1 || strncmp(word[0], "marks=", 6)) {
        fputs("counting: error: give it marks=FILE\n", stderr);
        return 1;
    }
    marks = fopen(word[0] + 6, "w");
    if (!marks) {
        perror("counting: error: the file of marks");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(self, translated);
    qemu_plugin_register_vcpu_syscall_cb(self, called);
    return 0;
}
