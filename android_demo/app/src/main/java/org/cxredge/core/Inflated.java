package org.cxredge.core;

import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** What deflated pieces of a file unpack to, no more of it than is asked for. */
final class Inflated implements AutoCloseable {
    private final Bytes file;
    private final List<int[]> pieces; // {place, length}
    private final Inflater inflater = new Inflater();
    private final byte[] buffer = new byte[1 << 14];
    private int piece, used;

    Inflated(Bytes file, List<int[]> pieces) {
        this.file = file;
        this.pieces = pieces;
    }

    /** The next `count` bytes; damaged where there are fewer. */
    void read(byte[] to, int offset, int count) throws ReadException {
        int end = offset + count;
        try {
            while (offset < end) {
                int got = inflater.inflate(to, offset, end - offset);
                offset += got;
                if (got == 0 && !more()) {
                    throw ReadException.damaged("its pixels end too early");
                }
            }
        } catch (DataFormatException error) {
            throw ReadException.damaged("its pixels cannot be unpacked");
        }
    }

    private boolean more() throws ReadException {
        if (inflater.finished() || inflater.needsDictionary()) {
            return false;
        }
        while (piece < pieces.size() && used == pieces.get(piece)[1]) {
            piece++;
            used = 0;
        }
        if (piece == pieces.size()) {
            return false;
        }
        int[] here = pieces.get(piece);
        int count = Math.min(buffer.length, here[1] - used);
        file.copy(here[0] + used, buffer, 0, count);
        used += count;
        inflater.setInput(buffer, 0, count);
        return true;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
