package org.cxredge.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** The files behind a graph: a ZIP whose entries are stored plain: `edge_runtime/container.py`. */
final class Archive {
    private static final int END = 22, LIST = 46, LOCAL = 30; // bytes of ZIP's records
    private static final int MOST_BYTES = 1 << 26;
    private static final int FURTHEST = 65557; // an end with the longest comment

    /** Bytes of the graph: what stands before the first entry. */
    final int graph;
    final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Bytes data;

    /** Read all entries; none where there is no ZIP. One that is not whole is an error. */
    Archive(ByteBuffer file) throws ModelException {
        data = Bytes.of(file, ByteOrder.LITTLE_ENDIAN);
        try {
            int end = end();
            graph = end < 0 ? data.size : read(end);
        } catch (ReadException error) {
            throw ModelException.damaged(
                    "the files inside the model are damaged; get it again", error);
        }
    }

    private int end() {
        for (int at = data.size - 4; at >= Math.max(0, data.size - FURTHEST); at--) {
            if (data.has(at, "PK\5\6")) {
                return at;
            }
        }
        return -1;
    }

    private int read(int end) throws ReadException {
        int here = data.u16(end + 8), whole = data.u16(end + 10);
        long length = data.u32(end + 12), list = data.u32(end + 16);
        hold(here == whole && end + END + data.u16(end + 20) == data.size);
        hold(list + length == end);
        long first = data.size, at = list, total = 0;
        for (int entry = 0; entry < whole; entry++) {
            hold(data.has(at, "PK\1\2"));
            long bytes = data.u32(at + 20), local = data.u32(at + 42);
            int name = data.u16(at + 28);
            total += bytes;
            // Neither enciphered nor packed: this is how they are written.
            hold((data.u16(at + 8) & 1) == 0 && data.u16(at + 10) == 0);
            hold(data.u32(at + 24) == bytes && total <= MOST_BYTES);
            hold(data.has(local, "PK\3\4") && data.u16(local + 26) == name);
            String said = text(at + LIST, name);
            long start = local + LOCAL + name + data.u16(local + 28);
            hold(said.equals(text(local + LOCAL, name)) && start + bytes <= list);
            byte[] content = new byte[(int) bytes];
            data.copy(start, content, 0, content.length);
            CRC32 sum = new CRC32();
            sum.update(content);
            hold(sum.getValue() == data.u32(at + 16));
            files.put(said, content);
            first = Math.min(first, local);
            at += LIST + name + data.u16(at + 30) + data.u16(at + 32);
        }
        hold(at == end);
        return (int) first;
    }

    private String text(long at, int length) throws ReadException {
        byte[] raw = new byte[length];
        data.copy(at, raw, 0, length);
        return new String(raw, StandardCharsets.UTF_8);
    }

    private static void hold(boolean holds) throws ReadException {
        if (!holds) {
            throw ReadException.damaged("its list is not whole");
        }
    }
}
