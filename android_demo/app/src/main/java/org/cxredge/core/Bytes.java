package org.cxredge.core;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A file's bytes by place. Whatever lies outside is a {@link ReadException}. */
final class Bytes {
    private final ByteBuffer data;
    final int size;

    private Bytes(ByteBuffer data) {
        this.data = data;
        this.size = data.limit();
    }

    /** Over a buffer from its first byte to its limit; its position stays where it is. */
    static Bytes of(ByteBuffer buffer, ByteOrder order) {
        ByteBuffer whole = buffer.duplicate();
        whole.position(0);
        return new Bytes(whole.slice().order(order));
    }

    Bytes in(ByteOrder order) {
        return new Bytes(data.duplicate().order(order));
    }

    boolean littleEndian() {
        return data.order() == ByteOrder.LITTLE_ENDIAN;
    }

    int u8(long at) throws ReadException {
        return data.get(inside(at, 1)) & 0xff;
    }

    int u16(long at) throws ReadException {
        return data.getShort(inside(at, 2)) & 0xffff;
    }

    int s32(long at) throws ReadException {
        return data.getInt(inside(at, 4));
    }

    long u32(long at) throws ReadException {
        return s32(at) & 0xffffffffL;
    }

    void copy(long at, byte[] to, int offset, int count) throws ReadException {
        ByteBuffer from = data.duplicate();
        from.position(inside(at, count));
        from.get(to, offset, count);
    }

    /** Whether these characters stand there. */
    boolean has(long at, String latin) {
        if (at < 0 || at + latin.length() > size) {
            return false;
        }
        for (int i = 0; i < latin.length(); i++) {
            if ((data.get((int) at + i) & 0xff) != latin.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int inside(long at, int count) throws ReadException {
        if (at < 0 || at + count > size) {
            throw ReadException.damaged("it ends too early");
        }
        return (int) at;
    }
}
