package org.cxredge.core;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * The elements of a DICOM data set by tag, little endian; what lies in sequences is passed over,
 * but for the first item of a table of grays.
 */
final class DicomElements {
    static final int SYNTAX = 0x00020010, ORIENTATION = 0x00200020, SAMPLES = 0x00280002,
            PHOTOMETRIC = 0x00280004, PLANES = 0x00280006, FRAMES = 0x00280008,
            ROWS = 0x00280010, COLUMNS = 0x00280011, ALLOCATED = 0x00280100, STORED = 0x00280101,
            HIGH_BIT = 0x00280102, SIGNED = 0x00280103, CENTER = 0x00281050, WIDTH = 0x00281051,
            INTERCEPT = 0x00281052, SLOPE = 0x00281053, FUNCTION = 0x00281056,
            MODALITY_TABLE = 0x00283000, DESCRIPTOR = 0x00283002, TABLE = 0x00283006,
            VOI_TABLE = 0x00283010, PIXELS = 0x7fe00010;

    private static final int ITEM = 0xfffee000, ITEM_END = 0xfffee00d, SEQUENCE_END = 0xfffee0dd;
    private static final long UNDEFINED = 0xffffffffL;
    private static final String LONG = "OB OW OF OD OL OV SQ UC UR UT UN SV UV ";
    private static final String SHORT =
            "AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US ";
    private static final int DEEPEST = 16, MOST_TEXT = 1 << 12;

    private final Bytes file;
    private final boolean explicit;
    private final Map<Integer, long[]> found = new HashMap<>(); // tag -> {place, length, VR}
    private long at;

    // Of the element that was read last.
    private int tag;
    private String kind;
    private long length;

    DicomElements(Bytes file, boolean explicit, long start) {
        this.file = file;
        this.explicit = explicit;
        this.at = start;
    }

    /** Read elements up to `end`; with `group` only those of that group. Gives where it stopped. */
    long read(long end, int group, int depth) throws ReadException {
        while (at + 8 <= end) {
            long begun = at;
            header();
            if (group >= 0 && tag >>> 16 != group) {
                return begun;
            }
            if (!kind.isEmpty() && !(LONG + SHORT).contains(kind + " ")) {
                throw ReadException.damaged("an element is of no kind there is");
            }
            if (tag == ITEM_END) {
                return at;
            }
            long place = at;
            if (length == UNDEFINED && tag != PIXELS) {
                keep(place);
                items(end, depth);
            } else {
                keep(place);
                if (tag == PIXELS) {
                    return at; // nothing behind it is asked for
                }
                at = place + length;
                if (at > end) {
                    throw ReadException.damaged("an element ends behind its file");
                }
            }
        }
        return at;
    }

    private void keep(long place) {
        found.put(tag, new long[] {place, length, kind.equals("SS") ? 1 : 0});
    }

    private void header() throws ReadException {
        tag = file.u16(at) << 16 | file.u16(at + 2);
        boolean bare = tag == ITEM || tag == ITEM_END || tag == SEQUENCE_END;
        if (!explicit || bare) {
            kind = "";
            length = file.u32(at + 4);
            at += 8;
            return;
        }
        kind = "" + (char) file.u8(at + 4) + (char) file.u8(at + 5);
        if (LONG.contains(kind + " ")) {
            length = file.u32(at + 8);
            at += 12;
        } else {
            length = file.u16(at + 6);
            at += 8;
        }
    }

    /** Pass over the items of a sequence of undefined length. */
    private void items(long end, int depth) throws ReadException {
        if (depth > DEEPEST) {
            throw ReadException.damaged("its sequences are nested beyond sense");
        }
        // In UN of undefined length the items are coded without their kinds.
        boolean inside = explicit && !kind.equals("UN");
        while (true) {
            header();
            if (tag == SEQUENCE_END) {
                return;
            }
            if (tag != ITEM || at > end) {
                throw ReadException.damaged("a sequence holds what is no item");
            }
            if (length == UNDEFINED) {
                at = new DicomElements(file, inside, at).read(end, -1, depth + 1);
            } else {
                at += length;
            }
        }
    }

    boolean has(int wanted) {
        long[] place = found.get(wanted);
        return place != null && place[1] > 0;
    }

    /** Whether a sequence is there and holds an item. */
    boolean hasItem(int wanted) throws ReadException {
        if (!has(wanted)) {
            return false;
        }
        int first = file.u16(place(wanted)) << 16 | file.u16(place(wanted) + 2);
        if (first != ITEM && first != SEQUENCE_END) {
            throw ReadException.damaged("a sequence holds what is no item");
        }
        return first == ITEM;
    }

    long place(int wanted) {
        return found.get(wanted)[0];
    }

    long length(int wanted) {
        return found.get(wanted)[1];
    }

    boolean undefined(int wanted) {
        return length(wanted) == UNDEFINED;
    }

    /** Whether an element is of signed numbers. */
    boolean signed(int wanted) {
        return found.get(wanted)[2] == 1;
    }

    boolean isExplicit() {
        return explicit;
    }

    /** A whole number of 16 bits. */
    int number(int wanted, int otherwise) throws ReadException {
        return has(wanted) ? file.u16(place(wanted)) : otherwise;
    }

    /** One of an element's texts, "" where there is none. */
    String text(int wanted, int index) throws ReadException {
        if (!has(wanted)) {
            return "";
        }
        if (length(wanted) > MOST_TEXT) {
            throw ReadException.damaged("a text of its header is longer than any is");
        }
        byte[] raw = new byte[(int) length(wanted)];
        file.copy(place(wanted), raw, 0, raw.length);
        String all = new String(raw, StandardCharsets.ISO_8859_1);
        String[] parts = all.split("\\\\", -1);
        return index < parts.length ? trimmed(parts[index]) : "";
    }

    /** Without what fills it up; whatever else is not printed stays, and is no number. */
    private static String trimmed(String text) {
        return text.replaceAll("^[ \t\r\n\0]+|[ \t\r\n\0]+$", "");
    }

    /** The first item of a sequence that is there. */
    DicomElements firstItem(int wanted) throws ReadException {
        DicomElements item = new DicomElements(file, explicit, place(wanted));
        item.header();
        if (item.tag != ITEM) {
            throw ReadException.damaged("a sequence holds no item");
        }
        long end = item.length == UNDEFINED ? file.size : item.at + item.length;
        if (end > file.size) {
            throw ReadException.damaged("an item ends behind its file");
        }
        item.read(end, -1, 1);
        return item;
    }
}
